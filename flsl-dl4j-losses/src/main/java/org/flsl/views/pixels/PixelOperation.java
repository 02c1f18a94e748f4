package org.flsl.views.pixels;

/**
 * A deterministic change of an image's pixels that keeps its size.
 *
 * <p>Parameters are fixed at construction, so an operation can be shared between threads; whoever
 * wants randomness draws the parameters and makes a new one.
 */
public interface PixelOperation {

  /** Changes the image in place. */
  void applyTo(RgbImage image);
}
