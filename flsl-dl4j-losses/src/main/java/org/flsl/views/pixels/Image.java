package org.flsl.views.pixels;

/**
 * A picture on the Java heap.
 *
 * <p>Ordinary photographs are an {@link RgbImage}, whose arithmetic is that of Pillow to the bit;
 * everything else, of more bits or another number of channels, is a {@link FloatImage}. {@link
 * BicubicResize}, {@link PixelOperation} and {@link ChannelNormaliser} take either.
 */
public sealed interface Image permits RgbImage, FloatImage {

  /** Columns. */
  int width();

  /** Rows. */
  int height();

  /** Numbers per pixel. */
  int channels();

  /** The picture turned over, left to right; a copy. */
  Image mirrored();

  /** The picture turned over, top to bottom; a copy. */
  Image upsideDown();

  /** The picture as people see it: the image itself where it is one of 8-bit colours. */
  RgbImage toRgb();
}
