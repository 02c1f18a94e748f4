package org.flsl.views.transforms;

import java.util.Random;
import org.flsl.views.pixels.RgbImage;
import org.flsl.views.pixels.Solarise;

/**
 * Inverts the bright values of an image; see {@link Solarise}. The paper applies it with
 * probability 0.2 in one branch.
 */
public final class SolariseTransform extends RgbTransform {

  private final Solarise solarise;

  /** The paper's threshold, 128. */
  public SolariseTransform() {
    this(Solarise.PUBLISHED_THRESHOLD);
  }

  /** Another threshold, 0 to 256. */
  public SolariseTransform(int threshold) {
    super(null);
    solarise = new Solarise(threshold);
  }

  @Override
  protected RgbImage apply(RgbImage image, Random random) {
    solarise.applyTo(image);
    return image;
  }
}
