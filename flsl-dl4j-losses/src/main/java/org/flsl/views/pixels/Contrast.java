package org.flsl.views.pixels;

import java.util.Arrays;

/**
 * Lowers ({@code factor < 1}) or raises ({@code factor > 1}) the contrast of an image.
 *
 * <p>Blends with the image's mean luma m: {@code m + factor * (value - m)}, clipped; 0 gives plain
 * grey and 1 the image itself. Where channels are no colours m is each channel's own mean. Same
 * values as Pillow's {@code ImageEnhance.Contrast}, torchvision's {@code adjust_contrast}.
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

  @Override
  public void applyTo(FloatImage image) {
    float[] data = image.data();
    float[] means = means(image);
    for (int i = 0; i < data.length; i++) {
      data[i] = Blend.of(means[i % means.length], data[i], factor);
    }
  }

  private static float[] means(FloatImage image) {
    double[] sums = new double[image.channels()];
    for (int i = 0; i < image.data().length; i++) {
      sums[i % sums.length] += image.data()[i];
    }
    float[] means = new float[sums.length];
    for (int c = 0; c < means.length; c++) {
      means[c] = (float) (sums[c] / ((double) image.width() * image.height()));
    }
    if (image.isColour()) {
      Arrays.fill(means, Luma.of(means[0], means[1], means[2]));
    }
    return means;
  }
}
