package org.flsl.views.pixels;

/**
 * Turns the colour circle.
 *
 * <p>Each pixel goes to 8-bit hue, saturation and value, the hue byte is shifted by {@code 255 *
 * shift} (truncated, wrapping round), and goes back; black, white and grey stay. The conversions
 * round where Pillow's do, so that the values equal torchvision's {@code adjust_hue} on Pillow
 * images, including their small loss (a shift of 0 is not exactly the identity). Images of real
 * numbers are turned without rounding; channels that are no colours stay.
 *
 * @param shift in turns, -0.5 to 0.5
 */
public record Hue(double shift) implements PixelOperation {

  private static final int HUES = 256;

  /** Checks the shift. */
  public Hue {
    if (!(shift >= -0.5 && shift <= 0.5)) {
      throw new IllegalArgumentException("The hue shift must be -0.5 to 0.5 turns, got " + shift);
    }
  }

  @Override
  public void applyTo(RgbImage image) {
    int turn = (int) (shift * 255);
    // Sector of the colour circle and position inside it, for every hue after the turn.
    int[] sector = new int[HUES];
    float[] fraction = new float[HUES];
    for (int hue = 0; hue < HUES; hue++) {
      double sixths = ((hue + turn) & 0xff) * 6.0 / 255.0;
      sector[hue] = (int) sixths % 6;
      fraction[hue] = (float) (sixths - (int) sixths);
    }

    byte[] data = image.data();
    for (int i = 0; i < data.length; i += RgbImage.CHANNELS) {
      int red = data[i] & 0xff;
      int green = data[i + 1] & 0xff;
      int blue = data[i + 2] & 0xff;
      int max = Math.max(red, Math.max(green, blue));
      int min = Math.min(red, Math.min(green, blue));
      if (max == min) {
        continue;
      }
      float range = max - min;
      int saturation = (int) (range / max * 255.0);
      if (saturation == 0) {
        // Cannot carry a colour in 8 bits: what was nearly grey becomes grey.
        data[i] = data[i + 1] = data[i + 2] = (byte) max;
        continue;
      }
      int hue = hue(red, green, blue, max, range);
      float strength = (float) (saturation / 255.0);
      float f = fraction[hue];
      byte v = (byte) max;
      byte p = (byte) (max * (1.0 - strength) + 0.5);
      switch (sector[hue]) {
        case 0 -> set(data, i, v, rising(max, strength, f), p);
        case 1 -> set(data, i, falling(max, strength, f), v, p);
        case 2 -> set(data, i, p, v, rising(max, strength, f));
        case 3 -> set(data, i, p, falling(max, strength, f), v);
        case 4 -> set(data, i, rising(max, strength, f), p, v);
        default -> set(data, i, v, p, falling(max, strength, f));
      }
    }
  }

  @Override
  public void applyTo(FloatImage image) {
    if (!image.isColour()) {
      return;
    }
    float[] data = image.data();
    for (int i = 0; i < data.length; i += RgbImage.CHANNELS) {
      float max = Math.max(data[i], Math.max(data[i + 1], data[i + 2]));
      float range = max - Math.min(data[i], Math.min(data[i + 1], data[i + 2]));
      if (range == 0) {
        continue;
      }
      double sixths = sixths(data[i], data[i + 1], data[i + 2], max, range) + 6 * shift;
      for (int c = 0; c < RgbImage.CHANNELS; c++) {
        // Red stands at 0 sixths of the circle, green at 2, blue at 4; full up to 1, none from 2.
        double away = Math.abs(Math.IEEEremainder(sixths - 2 * c, 6));
        data[i + c] = max - range * (float) Math.max(0, Math.min(1, away - 1));
      }
    }
  }

  private static double sixths(float red, float green, float blue, float max, float range) {
    if (red == max) {
      return (green - blue) / range;
    }
    return green == max ? 2 + (blue - red) / range : 4 + (red - green) / range;
  }

  /** The hue as a byte: sixths of the circle from red, over 255. */
  private static int hue(int red, int green, int blue, int max, float range) {
    float sixths;
    if (red == max) {
      sixths = (max - blue) / range - (max - green) / range;
    } else if (green == max) {
      sixths = (float) (2.0 + (max - red) / range - (max - blue) / range);
    } else {
      sixths = (float) (4.0 + (max - green) / range - (max - red) / range);
    }
    double turns = sixths / 6.0 + 1.0;
    float wrapped = (float) (turns >= 1.0 ? turns - 1.0 : turns);
    return (int) (wrapped * 255.0);
  }

  private static byte rising(int max, float strength, float fraction) {
    return (byte) (max * (1.0 - strength * (1.0 - fraction)) + 0.5);
  }

  private static byte falling(int max, float strength, float fraction) {
    return (byte) (max * (1.0 - strength * fraction) + 0.5);
  }

  private static void set(byte[] data, int at, byte red, byte green, byte blue) {
    data[at] = red;
    data[at + 1] = green;
    data[at + 2] = blue;
  }
}
