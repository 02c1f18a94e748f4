package org.flsl.views.pixels;

/**
 * An 8-bit RGB image on the Java heap.
 *
 * <p>Use it wherever pixels are computed; decode files into it with {@link
 * org.flsl.views.decode.ImageDecoder}. Pixels are interleaved, row by row from the top: the red
 * value at {@code (x, y)} is byte {@code 3 * (y * width + x)}, green and blue follow it. The array
 * is shared, not copied, and {@link PixelOperation}s write into it.
 */
public final class RgbImage implements Image {

  /** Bytes per pixel. */
  public static final int CHANNELS = 3;

  private final int width;
  private final int height;
  private final byte[] data;

  /**
   * Wraps pixels.
   *
   * @param data interleaved RGB of length {@code 3 * width * height}, not copied
   */
  public RgbImage(int width, int height, byte[] data) {
    if (width < 1 || height < 1) {
      throw new IllegalArgumentException(
          "An image needs at least one pixel, got " + width + "x" + height);
    }
    if (data.length != (long) CHANNELS * width * height) {
      throw new IllegalArgumentException(
          "An RGB image of %dx%d has %d bytes, got %d"
              .formatted(width, height, (long) CHANNELS * width * height, data.length));
    }
    this.width = width;
    this.height = height;
    this.data = data;
  }

  /** Makes a black image. */
  public RgbImage(int width, int height) {
    this(width, height, new byte[Math.multiplyExact(CHANNELS, Math.multiplyExact(width, height))]);
  }

  @Override
  public int width() {
    return width;
  }

  @Override
  public int height() {
    return height;
  }

  @Override
  public int channels() {
    return CHANNELS;
  }

  @Override
  public RgbImage mirrored() {
    RgbImage mirrored = new RgbImage(width, height);
    for (int from = 0; from < width * height; from++) {
      int to = from - from % width + width - 1 - from % width;
      System.arraycopy(data, CHANNELS * from, mirrored.data, CHANNELS * to, CHANNELS);
    }
    return mirrored;
  }

  @Override
  public RgbImage upsideDown() {
    RgbImage turned = new RgbImage(width, height);
    int row = CHANNELS * width;
    for (int from = 0; from < height; from++) {
      System.arraycopy(data, row * from, turned.data, row * (height - 1 - from), row);
    }
    return turned;
  }

  @Override
  public RgbImage toRgb() {
    return this;
  }

  /** The pixels themselves, interleaved RGB; writing changes the image. */
  public byte[] data() {
    return data;
  }

  /** One value, 0 to 255; channel 0 is red, 1 green, 2 blue. */
  public int value(int x, int y, int channel) {
    return data[CHANNELS * (y * width + x) + channel] & 0xff;
  }

  /** An independent copy. */
  public RgbImage copy() {
    return new RgbImage(width, height, data.clone());
  }

  @Override
  public String toString() {
    return "RgbImage[" + width + "x" + height + "]";
  }
}
