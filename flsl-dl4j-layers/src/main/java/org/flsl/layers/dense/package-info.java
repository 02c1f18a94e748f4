/** Heads for dense prediction: tokens as maps, a feature pyramid, the towers of a detector. */
package org.flsl.layers.dense;
