package org.flsl.views.pixels;

/**
 * Turns pixels into the numbers a network sees: {@code (value - mean) / std} per channel, values on
 * a scale of 0 to 1.
 *
 * <p>Same values as torchvision's {@code ToTensor} followed by {@code Normalize}, in single
 * precision. Output is planar: the first channel of the image row by row, then the second, and so
 * on ({@code [channels, height, width]}).
 */
public final class ChannelNormaliser {

  private final float[] mean;
  private final float[] std;

  /** The numbers of 8-bit values. */
  private final float[][] table;

  /**
   * Makes a normaliser.
   *
   * @param mean of each channel, red, green and blue for colours, on a scale of 0 to 1
   * @param std of each channel, above 0
   * @throws IllegalArgumentException for other deviations, numbers that are not finite, and
   *     unequally many
   */
  public ChannelNormaliser(float[] mean, float[] std) {
    if (mean.length < 1 || mean.length != std.length) {
      throw new IllegalArgumentException(
          "A mean and a standard deviation are needed for each channel, got %d and %d"
              .formatted(mean.length, std.length));
    }
    this.mean = mean.clone();
    this.std = std.clone();
    this.table = new float[mean.length][256];
    for (int channel = 0; channel < mean.length; channel++) {
      if (!Float.isFinite(mean[channel])) {
        throw new IllegalArgumentException("A mean must be finite, got " + mean[channel]);
      }
      if (!(std[channel] > 0 && Float.isFinite(std[channel]))) {
        throw new IllegalArgumentException(
            "A standard deviation must be above 0 and finite, got " + std[channel]);
      }
      for (int value = 0; value < 256; value++) {
        table[channel][value] = (value / 255f - mean[channel]) / std[channel];
      }
    }
  }

  /** How many channels images have to have. */
  public int channels() {
    return mean.length;
  }

  /** The normalised number of one 8-bit value; channel 0 is red, 1 green, 2 blue. */
  public float normalise(int channel, int value) {
    return table[channel][value];
  }

  /** Writes the normalised image into {@code target} from {@code start} on. */
  public void write(Image image, float[] target, int start) {
    if (image.channels() != channels()) {
      throw new IllegalArgumentException(
          "Means and deviations are those of %d channel(s), the image has %d"
              .formatted(channels(), image.channels()));
    }
    if (image instanceof RgbImage rgb) {
      write(rgb, target, start);
    } else {
      write((FloatImage) image, target, start);
    }
  }

  private void write(FloatImage image, float[] target, int start) {
    float[] data = image.data();
    int plane = image.width() * image.height();
    for (int channel = 0; channel < channels(); channel++) {
      int to = start + channel * plane;
      for (int pixel = 0, i = channel; pixel < plane; pixel++, i += channels()) {
        target[to + pixel] = (data[i] - mean[channel]) / std[channel];
      }
    }
  }

  private void write(RgbImage image, float[] target, int start) {
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
