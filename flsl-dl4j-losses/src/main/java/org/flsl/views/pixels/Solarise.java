package org.flsl.views.pixels;

/**
 * Inverts every value from a threshold upwards, as an over-exposed film does.
 *
 * <p>Same values as Pillow's {@code ImageOps.solarize}.
 *
 * @param threshold 0 (invert all) to 256 (invert nothing)
 */
public record Solarise(int threshold) implements PixelOperation {

  /** The threshold of the published augmentation. */
  public static final int PUBLISHED_THRESHOLD = 128;

  /** Checks the threshold. */
  public Solarise {
    if (threshold < 0 || threshold > 256) {
      throw new IllegalArgumentException(
          "The solarisation threshold must be 0 to 256, got " + threshold);
    }
  }

  @Override
  public void applyTo(RgbImage image) {
    new ValueTable(value -> value < threshold ? value : 255 - value).applyTo(image);
  }

  @Override
  public void applyTo(FloatImage image) {
    float[] data = image.data();
    float bright = threshold / 256f;
    for (int i = 0; i < data.length; i++) {
      data[i] = data[i] < bright ? data[i] : 1 - data[i];
    }
  }
}
