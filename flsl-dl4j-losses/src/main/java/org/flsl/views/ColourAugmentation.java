package org.flsl.views;

import java.util.random.RandomGenerator;
import org.flsl.views.pixels.GaussianBlur;
import org.flsl.views.pixels.Greyscale;
import org.flsl.views.pixels.Image;
import org.flsl.views.pixels.Solarise;

/**
 * The random change of colours that every view gets after cropping.
 *
 * <p>{@link ViewConfig} describes its steps and holds their strengths and probabilities. Images of
 * another number of channels than three have no colours: hue, saturation and the loss of colour
 * leave them as they are, contrast goes by each channel, and the rest is the same. Immutable: one
 * serves all threads.
 */
public final class ColourAugmentation {

  private final ViewConfig config;
  private final ColourJitter jitter;

  /** Makes the augmentation of a configuration. */
  public ColourAugmentation(ViewConfig config) {
    this.config = config;
    this.jitter =
        new ColourJitter(config.brightness(), config.contrast(), config.saturation(), config.hue());
  }

  /** Changes the image in place. */
  public void applyTo(Image image, RandomGenerator random) {
    if (happens(config.jitterProbability(), random)) {
      jitter.applyTo(image, random);
    }
    if (happens(config.greyProbability(), random)) {
      new Greyscale().applyTo(image);
    }
    if (happens(config.blurBranchProbability(), random)) {
      blur(image, config.blurProbability(), random);
    } else {
      blur(image, config.otherBlurProbability(), random);
      if (happens(config.solariseProbability(), random)) {
        new Solarise(Solarise.PUBLISHED_THRESHOLD).applyTo(image);
      }
    }
  }

  private void blur(Image image, double probability, RandomGenerator random) {
    if (happens(probability, random)) {
      new GaussianBlur((float) config.blurRadius().draw(random)).applyTo(image);
    }
  }

  private static boolean happens(double probability, RandomGenerator random) {
    return random.nextDouble() < probability;
  }
}
