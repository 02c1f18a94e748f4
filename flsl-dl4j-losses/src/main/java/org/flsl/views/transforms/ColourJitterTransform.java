package org.flsl.views.transforms;

import java.util.Random;
import org.flsl.views.ColourJitter;
import org.flsl.views.pixels.RgbImage;

/**
 * Changes brightness, contrast, saturation and hue by random amounts, in random order; see {@link
 * ColourJitter}. The paper applies it with probability 0.8.
 */
public final class ColourJitterTransform extends RgbTransform {

  private final ColourJitter jitter;

  /** The paper's strengths: 0.4, 0.4, 0.2 and 0.1. */
  public ColourJitterTransform(Random random) {
    this(random, new ColourJitter(0.4, 0.4, 0.2, 0.1));
  }

  /** Other strengths; 0 leaves a step out. */
  public ColourJitterTransform(Random random, ColourJitter jitter) {
    super(random);
    this.jitter = jitter;
  }

  @Override
  protected RgbImage apply(RgbImage image, Random random) {
    jitter.applyTo(image, random);
    return image;
  }
}
