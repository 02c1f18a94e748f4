package org.flsl.views.pixels;

/**
 * A deterministic change of an image's pixels that keeps its size.
 *
 * <p>Parameters are fixed at construction, so an operation can be shared between threads; whoever
 * wants randomness draws the parameters and makes a new one.
 */
public interface PixelOperation {

  /** Changes an 8-bit image in place, as Pillow does. */
  void applyTo(RgbImage image);

  /** Changes an image of real numbers in place: the same formula without rounding. */
  void applyTo(FloatImage image);

  /** Changes the image in place. */
  default void applyTo(Image image) {
    if (image instanceof RgbImage rgb) {
      applyTo(rgb);
    } else {
      applyTo((FloatImage) image);
    }
  }
}
