package org.flsl.views.pixels;

/**
 * Makes an image darker ({@code factor < 1}) or brighter ({@code factor > 1}).
 *
 * <p>Blends with black: {@code factor * value}, clipped; 0 gives black and 1 the image itself. Same
 * values as Pillow's {@code ImageEnhance.Brightness}, torchvision's {@code adjust_brightness}.
 *
 * @param factor at least 0
 */
public record Brightness(float factor) implements PixelOperation {

  /** Checks the factor. */
  public Brightness {
    Factors.requireNotNegative("brightness", factor);
  }

  @Override
  public void applyTo(RgbImage image) {
    new ValueTable(value -> Blend.of(0, value, factor)).applyTo(image);
  }

  @Override
  public void applyTo(FloatImage image) {
    float[] data = image.data();
    for (int i = 0; i < data.length; i++) {
      data[i] = Blend.of(0f, data[i], factor);
    }
  }
}
