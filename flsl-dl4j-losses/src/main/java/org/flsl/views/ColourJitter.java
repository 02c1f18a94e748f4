package org.flsl.views;

import java.util.random.RandomGenerator;
import org.flsl.views.pixels.Brightness;
import org.flsl.views.pixels.Contrast;
import org.flsl.views.pixels.Hue;
import org.flsl.views.pixels.Image;
import org.flsl.views.pixels.PixelOperation;
import org.flsl.views.pixels.Saturation;

/**
 * Changes brightness, contrast, saturation and hue by random amounts, in random order.
 *
 * <p>The three factors are uniform in 1 plus or minus their strength, the hue turns by up to plus
 * or minus its strength; a strength of 0 leaves its step out. Same distribution as torchvision's
 * {@code ColorJitter}. Immutable.
 *
 * @param brightness 0 to 1
 * @param contrast 0 to 1
 * @param saturation 0 to 1
 * @param hue 0 to 0.5, a share of the colour circle
 */
public record ColourJitter(double brightness, double contrast, double saturation, double hue) {

  private static final int STEPS = 4;

  /** Checks the strengths. */
  public ColourJitter {
    requireStrength("brightness", brightness, 1);
    requireStrength("contrast", contrast, 1);
    requireStrength("saturation", saturation, 1);
    requireStrength("hue", hue, 0.5);
  }

  /** Changes the image in place. */
  public void applyTo(Image image, RandomGenerator random) {
    for (int step : randomOrder(random)) {
      switch (step) {
        case 0 -> change(image, brightness, new Brightness(factor(brightness, random)));
        case 1 -> change(image, contrast, new Contrast(factor(contrast, random)));
        case 2 -> change(image, saturation, new Saturation(factor(saturation, random)));
        default -> change(image, hue, new Hue(new Range(-hue, hue).draw(random)));
      }
    }
  }

  private static void change(Image image, double strength, PixelOperation operation) {
    if (strength > 0) {
      operation.applyTo(image);
    }
  }

  private static float factor(double strength, RandomGenerator random) {
    return (float) new Range(1 - strength, 1 + strength).draw(random);
  }

  /** Fisher-Yates shuffle of the four steps. */
  private static int[] randomOrder(RandomGenerator random) {
    int[] order = new int[STEPS];
    for (int i = 0; i < STEPS; i++) {
      int j = random.nextInt(i + 1);
      order[i] = order[j];
      order[j] = i;
    }
    return order;
  }

  private static void requireStrength(String name, double value, double max) {
    if (!(value >= 0 && value <= max)) {
      throw new IllegalArgumentException(
          "The jitter's %s must be 0 to %s, got %s".formatted(name, max, value));
    }
  }
}
