package org.flsl.views.pixels;

/**
 * Removes the colour: all three channels become the luma; other numbers of channels are no colours
 * and stay.
 *
 * <p>Same values as Pillow's {@code convert("L")}, torchvision's {@code RandomGrayscale}.
 */
public record Greyscale() implements PixelOperation {

  @Override
  public void applyTo(RgbImage image) {
    byte[] data = image.data();
    for (int i = 0; i < data.length; i += RgbImage.CHANNELS) {
      byte luma = (byte) Luma.of(data[i] & 0xff, data[i + 1] & 0xff, data[i + 2] & 0xff);
      data[i] = luma;
      data[i + 1] = luma;
      data[i + 2] = luma;
    }
  }

  @Override
  public void applyTo(FloatImage image) {
    new Saturation(0).applyTo(image);
  }
}
