package org.flsl.views.pixels;

/**
 * Lowers ({@code factor < 1}) or raises ({@code factor > 1}) the contrast of an image.
 *
 * <p>Blends with the image's mean luma m: {@code m + factor * (value - m)}, clipped; 0 gives plain
 * grey and 1 the image itself. Same values as Pillow's {@code ImageEnhance.Contrast}, torchvision's
 * {@code adjust_contrast}.
 *
 * @param factor at least 0
 */
public record Contrast(float factor) implements PixelOperation {

  /** Checks the factor. */
  public Contrast {
    Factors.requireNotNegative("contrast", factor);
  }

  @Override
  public void applyTo(RgbImage image) {
    int mean = Luma.mean(image);
    new ValueTable(value -> Blend.of(mean, value, factor)).applyTo(image);
  }
}
