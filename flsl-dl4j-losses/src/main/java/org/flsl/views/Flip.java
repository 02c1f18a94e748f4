package org.flsl.views;

import org.flsl.views.pixels.Image;

/**
 * How a view is turned over.
 *
 * @param sideways left to right
 * @param upsideDown top to bottom
 */
record Flip(boolean sideways, boolean upsideDown) {
  static final Flip NONE = new Flip(false, false);

  /** The image turned over; itself where nothing is. */
  Image of(Image image) {
    Image turned = sideways ? image.mirrored() : image;
    return upsideDown ? turned.upsideDown() : turned;
  }
}
