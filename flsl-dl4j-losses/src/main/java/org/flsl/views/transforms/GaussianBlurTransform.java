package org.flsl.views.transforms;

import java.util.Random;
import org.flsl.views.Range;
import org.flsl.views.pixels.GaussianBlur;
import org.flsl.views.pixels.RgbImage;

/**
 * Blurs an image with a random radius; see {@link GaussianBlur}. The paper applies it with
 * probability 0.5 in one branch and 0.1 in the other.
 */
public final class GaussianBlurTransform extends RgbTransform {

  private final Range radius;

  /** The paper's radii, 0.1 to 2 pixels. */
  public GaussianBlurTransform(Random random) {
    this(random, new Range(0.1, 2));
  }

  /** Other radii: standard deviations in pixels. */
  public GaussianBlurTransform(Random random, Range radius) {
    super(random);
    new GaussianBlur((float) radius.min());
    new GaussianBlur((float) radius.max());
    this.radius = radius;
  }

  @Override
  protected RgbImage apply(RgbImage image, Random random) {
    new GaussianBlur((float) radius.draw(random)).applyTo(image);
    return image;
  }
}
