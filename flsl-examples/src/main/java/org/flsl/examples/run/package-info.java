/** What the folder of a run holds: checkpoints, metrics, history, networks. */
package org.flsl.examples.run;
