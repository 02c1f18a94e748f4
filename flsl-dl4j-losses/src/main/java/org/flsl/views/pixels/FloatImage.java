package org.flsl.views.pixels;

/**
 * An image of any number of channels in single precision, such as grey, 16-bit or multi-band ones.
 *
 * <p>Values run from 0 to 1. Pixels are interleaved, row by row from the top: channel c at {@code
 * (x, y)} is number {@code channels * (y * width + x) + c}. The array is shared, not copied, and
 * {@link PixelOperation}s write into it.
 *
 * @param width columns
 * @param height rows
 * @param channels numbers per pixel
 * @param data the pixels, {@code width * height * channels} numbers
 */
public record FloatImage(int width, int height, int channels, float[] data) implements Image {

  /** Checks the sizes. */
  public FloatImage {
    if (width < 1 || height < 1 || channels < 1) {
      throw new IllegalArgumentException(
          "An image needs at least one pixel and one channel, got %dx%d of %d"
              .formatted(width, height, channels));
    }
    if (data.length != (long) width * height * channels) {
      throw new IllegalArgumentException(
          "An image of %dx%d of %d channels has %d numbers, got %d"
              .formatted(width, height, channels, (long) width * height * channels, data.length));
    }
  }

  /** Makes a black image. */
  public FloatImage(int width, int height, int channels) {
    this(
        width,
        height,
        channels,
        new float[Math.multiplyExact(channels, Math.multiplyExact(width, height))]);
  }

  /** An 8-bit image in single precision. */
  public static FloatImage of(RgbImage image) {
    FloatImage floats = new FloatImage(image.width(), image.height(), RgbImage.CHANNELS);
    for (int i = 0; i < floats.data.length; i++) {
      floats.data[i] = (image.data()[i] & 0xff) / 255f;
    }
    return floats;
  }

  /** Whether there are three channels, which then are red, green and blue. */
  boolean isColour() {
    return channels == RgbImage.CHANNELS;
  }

  @Override
  public FloatImage mirrored() {
    FloatImage mirrored = new FloatImage(width, height, channels);
    for (int from = 0; from < width * height; from++) {
      int to = from - from % width + width - 1 - from % width;
      System.arraycopy(data, channels * from, mirrored.data, channels * to, channels);
    }
    return mirrored;
  }

  @Override
  public FloatImage upsideDown() {
    FloatImage turned = new FloatImage(width, height, channels);
    int row = channels * width;
    for (int from = 0; from < height; from++) {
      System.arraycopy(data, row * from, turned.data, row * (height - 1 - from), row);
    }
    return turned;
  }

  /** The first three channels; a single one, or one with alpha, is grey. */
  @Override
  public RgbImage toRgb() {
    RgbImage rgb = new RgbImage(width, height);
    boolean grey = channels < RgbImage.CHANNELS;
    for (int pixel = 0; pixel < width * height; pixel++) {
      for (int c = 0; c < RgbImage.CHANNELS; c++) {
        float value = data[pixel * channels + (grey ? 0 : c)];
        rgb.data()[pixel * RgbImage.CHANNELS + c] = (byte) Math.round(255 * inside(value));
      }
    }
    return rgb;
  }

  /** A value brought back into 0 to 1. */
  static float inside(float value) {
    return Math.max(0f, Math.min(1f, value));
  }

  @Override
  public String toString() {
    return "FloatImage[" + width + "x" + height + " of " + channels + " channels]";
  }
}
