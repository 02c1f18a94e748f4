package org.flsl.views.pixels;

/** Brightness as the eye sees it: ITU-R 601 weights in 16-bit fixed point, as Pillow's mode L. */
final class Luma {

  private static final int RED = 19595;
  private static final int GREEN = 38470;
  private static final int BLUE = 7471;
  private static final int HALF = 1 << 15;

  private Luma() {}

  static int of(int red, int green, int blue) {
    return (red * RED + green * GREEN + blue * BLUE + HALF) >> 16;
  }

  /** The same weights for real numbers. */
  static float of(float red, float green, float blue) {
    return (red * RED + green * GREEN + blue * BLUE) / (RED + GREEN + BLUE);
  }

  /** The mean over the image, rounded to the nearest integer. */
  static int mean(RgbImage image) {
    byte[] data = image.data();
    long sum = 0;
    for (int i = 0; i < data.length; i += RgbImage.CHANNELS) {
      sum += of(data[i] & 0xff, data[i + 1] & 0xff, data[i + 2] & 0xff);
    }
    return (int) ((double) sum / (data.length / RgbImage.CHANNELS) + 0.5);
  }
}
