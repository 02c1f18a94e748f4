package org.flsl.views.pixels;

/**
 * Makes colours paler ({@code factor < 1}) or stronger ({@code factor > 1}).
 *
 * <p>Blends each pixel of three channels with its own luma l: {@code l + factor * (value - l)},
 * clipped; 0 gives grey and 1 the image itself. Same values as Pillow's {@code ImageEnhance.Color},
 * torchvision's {@code adjust_saturation}.
 *
 * @param factor at least 0
 */
public record Saturation(float factor) implements PixelOperation {

  /** Checks the factor. */
  public Saturation {
    Factors.requireNotNegative("saturation", factor);
  }

  @Override
  public void applyTo(RgbImage image) {
    byte[] data = image.data();
    float strength = factor;
    for (int i = 0; i < data.length; i += RgbImage.CHANNELS) {
      int red = data[i] & 0xff;
      int green = data[i + 1] & 0xff;
      int blue = data[i + 2] & 0xff;
      int luma = Luma.of(red, green, blue);
      data[i] = (byte) Blend.of(luma, red, strength);
      data[i + 1] = (byte) Blend.of(luma, green, strength);
      data[i + 2] = (byte) Blend.of(luma, blue, strength);
    }
  }

  @Override
  public void applyTo(FloatImage image) {
    if (!image.isColour()) {
      return;
    }
    float[] data = image.data();
    for (int i = 0; i < data.length; i += RgbImage.CHANNELS) {
      float luma = Luma.of(data[i], data[i + 1], data[i + 2]);
      for (int c = 0; c < RgbImage.CHANNELS; c++) {
        data[i + c] = Blend.of(luma, data[i + c], factor);
      }
    }
  }
}
