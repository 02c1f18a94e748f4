/** Pieces of heads that say something about every place of an image, over any backbone. */
package org.flsl.layers.dense;
