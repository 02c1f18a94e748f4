/** An object detector on any backbone: its graph, its labels, and what it finds. */
package org.flsl.downstream.detection;
