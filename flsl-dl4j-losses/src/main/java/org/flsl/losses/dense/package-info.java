/** Losses of heads that say something about every place of an image. */
package org.flsl.losses.dense;
