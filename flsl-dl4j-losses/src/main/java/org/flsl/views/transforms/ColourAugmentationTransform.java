package org.flsl.views.transforms;

import java.util.Random;
import org.flsl.views.ColourAugmentation;
import org.flsl.views.ViewConfig;
import org.flsl.views.pixels.RgbImage;

/**
 * The paper's whole colour augmentation, its branches and probabilities included; see {@link
 * ColourAugmentation}.
 */
public final class ColourAugmentationTransform extends RgbTransform {

  private final ColourAugmentation augmentation;

  /** Takes strengths and probabilities from a configuration. */
  public ColourAugmentationTransform(Random random, ViewConfig config) {
    super(random);
    augmentation = new ColourAugmentation(config);
  }

  @Override
  protected RgbImage apply(RgbImage image, Random random) {
    augmentation.applyTo(image, random);
    return image;
  }
}
