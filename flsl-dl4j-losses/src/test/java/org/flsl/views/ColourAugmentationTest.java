package org.flsl.views;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.function.Predicate;
import java.util.random.RandomGenerator;
import org.flsl.views.pixels.Brightness;
import org.flsl.views.pixels.Contrast;
import org.flsl.views.pixels.GaussianBlur;
import org.flsl.views.pixels.Greyscale;
import org.flsl.views.pixels.Hue;
import org.flsl.views.pixels.PixelOperation;
import org.flsl.views.pixels.RgbImage;
import org.flsl.views.pixels.Saturation;
import org.flsl.views.pixels.Solarise;
import org.junit.jupiter.api.Test;

class ColourAugmentationTest {

  private static final ViewConfig NOTHING =
      ViewConfig.builder()
          .jitterProbability(0)
          .greyProbability(0)
          .blurProbability(0)
          .otherBlurProbability(0)
          .solariseProbability(0)
          .build();

  /** Small, with bright and dark parts of strong colour. */
  private static RgbImage photo() {
    RgbImage image = new RgbImage(8, 8);
    new SplittableRandom(3).nextBytes(image.data());
    return image;
  }

  /** How often the augmentation of a configuration leaves an image that has a property. */
  private static double share(ViewConfig config, Predicate<RgbImage> property) {
    ColourAugmentation augmentation = new ColourAugmentation(config);
    SplittableRandom random = new SplittableRandom(1);
    int draws = 4000;
    int count = 0;
    for (int i = 0; i < draws; i++) {
      RgbImage image = photo();
      augmentation.applyTo(image, random);
      count += property.test(image) ? 1 : 0;
    }
    return (double) count / draws;
  }

  private static boolean changed(RgbImage image) {
    return !Arrays.equals(photo().data(), image.data());
  }

  private static boolean equals(RgbImage image, PixelOperation... operations) {
    RgbImage expected = photo();
    for (PixelOperation operation : operations) {
      operation.applyTo(expected);
    }
    return Arrays.equals(expected.data(), image.data());
  }

  @Test
  void probabilityZeroChangesNothing() {
    assertEquals(0, share(NOTHING, ColourAugmentationTest::changed));
  }

  @Test
  void jitterHappensAsOftenAsConfigured() {
    ViewConfig config = NOTHING.toBuilder().jitterProbability(.8).build();
    assertEquals(.8, share(config, ColourAugmentationTest::changed), .02);
  }

  @Test
  void greyHappensAsOftenAsConfigured() {
    ViewConfig config = NOTHING.toBuilder().greyProbability(.2).build();
    assertEquals(.2, share(config, image -> equals(image, new Greyscale())), .02);
    assertEquals(.2, share(config, ColourAugmentationTest::changed), .02);
  }

  @Test
  void branchesBlurAndSolariseAsOftenAsPublished() {
    // All radii equal, so that the outcome can be recognised.
    ViewConfig config =
        ViewConfig.paper().toBuilder()
            .jitterProbability(0)
            .greyProbability(0)
            .blurRadius(1, 1)
            .build();
    PixelOperation blur = new GaussianBlur(1);
    PixelOperation solarise = new Solarise(128);

    assertEquals(
        .5 * .5 + .5 * .1 * .8, share(config, image -> equals(image, blur)), .025, "blur only");
    assertEquals(
        .5 * .9 * .2, share(config, image -> equals(image, solarise)), .02, "solarise only");
    assertEquals(.5 * .1 * .2, share(config, image -> equals(image, blur, solarise)), .01, "both");
  }

  @Test
  void jitterAppliesItsFourStepsInEveryOrder() {
    List<PixelOperation> steps =
        List.of(new Brightness(1.4f), new Contrast(1.4f), new Saturation(1.2f), new Hue(.1));
    Set<Integer> possible = new HashSet<>();
    for (int code = 0; code < 256; code++) {
      int[] order = {code & 3, code >> 2 & 3, code >> 4 & 3, code >> 6};
      if (Arrays.stream(order).distinct().count() == 4) {
        RgbImage image = photo();
        for (int step : order) {
          steps.get(step).applyTo(image);
        }
        possible.add(Arrays.hashCode(image.data()));
      }
    }
    assertTrue(possible.size() > 12, "orders give different images");

    ColourJitter jitter = new ColourJitter(.4, .4, .2, .1);
    Set<Integer> seen = new HashSet<>();
    for (int seed = 0; seed < 500; seed++) {
      RgbImage image = photo();
      jitter.applyTo(image, new LargestStrengths(seed));
      seen.add(Arrays.hashCode(image.data()));
    }
    assertEquals(possible, seen);
  }

  /** Draws orders at random, but always the upper end of a range. */
  private static final class LargestStrengths implements RandomGenerator {
    private final SplittableRandom random;

    LargestStrengths(long seed) {
      random = new SplittableRandom(seed);
    }

    @Override
    public long nextLong() {
      return random.nextLong();
    }

    @Override
    public double nextDouble() {
      return 1;
    }
  }

  @Test
  void jitterOfBrightnessStaysInItsRange() {
    ColourJitter jitter = new ColourJitter(.4, 0, 0, 0);
    int min = 255;
    int max = 0;
    for (int seed = 0; seed < 500; seed++) {
      RgbImage grey = new RgbImage(1, 1, new byte[] {100, 100, 100});
      jitter.applyTo(grey, new SplittableRandom(seed));
      min = Math.min(min, grey.value(0, 0, 0));
      max = Math.max(max, grey.value(0, 0, 0));
    }
    assertEquals(60, min, 1);
    assertEquals(139, max, 1);
  }

  @Test
  void impossibleStrengthsAreRefused() {
    assertThrows(IllegalArgumentException.class, () -> new ColourJitter(1.1, 0, 0, 0));
    assertThrows(IllegalArgumentException.class, () -> new ColourJitter(0, 0, 0, .6));
  }

  @Test
  void sameGeneratorSameColours() {
    ColourAugmentation augmentation = new ColourAugmentation(ViewConfig.paper());
    RgbImage first = photo();
    RgbImage second = photo();
    augmentation.applyTo(first, new SplittableRandom(9));
    augmentation.applyTo(second, new SplittableRandom(9));
    assertArrayEquals(first.data(), second.data());
  }
}
