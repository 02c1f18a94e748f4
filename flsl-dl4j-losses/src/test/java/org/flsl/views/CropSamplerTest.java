package org.flsl.views;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.SplittableRandom;
import org.flsl.views.pixels.CropBox;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CropSamplerTest {

  private static final Range RATIO = new Range(3 / 4.0, 4 / 3.0);

  @Test
  void areaRatioAndPositionSpanTheirRanges() {
    CropSampler sampler = new CropSampler(new Range(.05, .4), RATIO);
    SplittableRandom random = new SplittableRandom(1);
    int height = 300;
    int width = 400;
    double minArea = 1;
    double maxArea = 0;
    double meanArea = 0;
    double meanLogRatio = 0;
    int draws = 5000;
    int topHalf = 0;
    for (int i = 0; i < draws; i++) {
      CropBox box = sampler.draw(height, width, random);
      assertTrue(box.top() >= 0 && box.top() + box.height() <= height);
      assertTrue(box.left() >= 0 && box.left() + box.width() <= width);
      double area = (double) box.height() * box.width() / (height * width);
      double ratio = (double) box.width() / box.height();
      assertTrue(ratio > .74 && ratio < 1.35, "ratio " + ratio);
      minArea = Math.min(minArea, area);
      maxArea = Math.max(maxArea, area);
      meanArea += area / draws;
      meanLogRatio += Math.log(ratio) / draws;
      topHalf += 2 * box.top() + box.height() < height ? 1 : 0;
    }
    assertEquals(.05, minArea, .003);
    assertEquals(.4, maxArea, .003);
    assertEquals(.225, meanArea, .005);
    assertEquals(0, meanLogRatio, .01);
    assertEquals(.5, (double) topHalf / draws, .03);
  }

  /** The published fallback: central, all of the short side. */
  @ParameterizedTest
  @CsvSource({
    // image height and width, then top, left, height, width of the crop
    "10, 100, 0, 43, 10, 13",
    "100, 10, 43, 0, 13, 10",
    "1, 1000, 0, 499, 1, 1",
    "1000, 1, 499, 0, 1, 1",
  })
  void sliversFallBackToTheCentre(
      int height, int width, int top, int left, int cropHeight, int cropWidth) {
    CropBox box =
        new CropSampler(new Range(.8, 1), RATIO).draw(height, width, new SplittableRandom(1));

    assertEquals(new CropBox(top, left, cropHeight, cropWidth), box);
  }

  @Test
  void tinyImagesHaveCrops() {
    CropSampler sampler = new CropSampler(new Range(.05, .4), RATIO);
    for (int seed = 0; seed < 200; seed++) {
      CropBox box = sampler.draw(4, 4, new SplittableRandom(seed));
      assertTrue(box.height() >= 1 && box.top() + box.height() <= 4, box.toString());
      assertTrue(box.width() >= 1 && box.left() + box.width() <= 4, box.toString());
    }
  }

  @Test
  void impossibleScalesAreRefused() {
    assertThrows(IllegalArgumentException.class, () -> new CropSampler(new Range(0, .4), RATIO));
    assertThrows(IllegalArgumentException.class, () -> new CropSampler(new Range(.5, 2), RATIO));
  }
}
