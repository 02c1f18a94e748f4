package org.flsl.views.transforms;

import java.util.Random;
import org.flsl.views.pixels.Greyscale;
import org.flsl.views.pixels.RgbImage;

/**
 * Removes the colour, keeping three channels; see {@link Greyscale}. The paper applies it with
 * probability 0.2.
 */
public final class GreyscaleTransform extends RgbTransform {

  /** Makes a transform; nothing about it is random. */
  public GreyscaleTransform() {
    super(null);
  }

  @Override
  protected RgbImage apply(RgbImage image, Random random) {
    new Greyscale().applyTo(image);
    return image;
  }
}
