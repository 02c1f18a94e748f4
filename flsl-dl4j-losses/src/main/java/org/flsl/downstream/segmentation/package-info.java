/** Semantic segmentation: the class of every pixel. */
package org.flsl.downstream.segmentation;
