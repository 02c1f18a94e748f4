package org.flsl.views;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.flsl.views.pixels.RgbImage;

/** How far two images of one size are apart, in grey levels. */
public record ImageDifference(double mean, int max) {

  public static ImageDifference between(RgbImage a, RgbImage b) {
    assertEquals(a.width(), b.width(), "width");
    assertEquals(a.height(), b.height(), "height");
    long sum = 0;
    int max = 0;
    for (int i = 0; i < a.data().length; i++) {
      int difference = Math.abs((a.data()[i] & 0xff) - (b.data()[i] & 0xff));
      sum += difference;
      max = Math.max(max, difference);
    }
    return new ImageDifference((double) sum / a.data().length, max);
  }
}
