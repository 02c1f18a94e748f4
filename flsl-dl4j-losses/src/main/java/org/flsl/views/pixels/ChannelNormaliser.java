package org.flsl.views.pixels;

/**
 * Turns pixels into the numbers a network sees: {@code (value / 255 - mean) / std} per channel.
 *
 * <p>Same values as torchvision's {@code ToTensor} followed by {@code Normalize}, in single
 * precision. Output is planar: all reds of the image row by row, then greens, then blues ({@code
 * [3, height, width]}).
 */
public final class ChannelNormaliser {

  private final float[][] table = new float[RgbImage.CHANNELS][256];

  /**
   * Makes a normaliser.
   *
   * @param mean of red, green and blue, on a scale of 0 to 1
   * @param std of red, green and blue, above 0
   */
  public ChannelNormaliser(float[] mean, float[] std) {
    if (mean.length != RgbImage.CHANNELS || std.length != RgbImage.CHANNELS) {
      throw new IllegalArgumentException(
          "Three means and three standard deviations are needed, got %d and %d"
              .formatted(mean.length, std.length));
    }
    for (int channel = 0; channel < RgbImage.CHANNELS; channel++) {
      if (!(std[channel] > 0)) {
        throw new IllegalArgumentException(
            "A standard deviation must be above 0, got " + std[channel]);
      }
      for (int value = 0; value < 256; value++) {
        table[channel][value] = (value / 255f - mean[channel]) / std[channel];
      }
    }
  }

  /** The normalised number of one pixel value; channel 0 is red, 1 green, 2 blue. */
  public float normalise(int channel, int value) {
    return table[channel][value];
  }

  /** Writes the normalised image into {@code target} from {@code start} on. */
  public void write(RgbImage image, float[] target, int start) {
    byte[] data = image.data();
    float[] reds = table[0];
    float[] greens = table[1];
    float[] blues = table[2];
    int plane = image.width() * image.height();
    int green = start + plane;
    int blue = green + plane;
    for (int pixel = 0, i = 0; pixel < plane; pixel++, i += RgbImage.CHANNELS) {
      target[start + pixel] = reds[data[i] & 0xff];
      target[green + pixel] = greens[data[i + 1] & 0xff];
      target[blue + pixel] = blues[data[i + 2] & 0xff];
    }
  }
}
