package org.flsl.examples.clusters;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.Random;
import org.junit.jupiter.api.Test;

class KMeansTest {
  private static final int[] SIZES = {60, 30, 10};

  /** Three far clouds of points: 60 about 0, 30 about 10, 10 about 20. */
  private static float[][] clouds() {
    Random random = new Random(5);
    float[][] points = new float[100][2];
    int at = 0;
    for (int cloud = 0; cloud < SIZES.length; cloud++) {
      for (int i = 0; i < SIZES[cloud]; i++) {
        points[at][0] = 10 * cloud + (float) random.nextGaussian();
        points[at++][1] = (float) random.nextGaussian();
      }
    }
    return points;
  }

  @Test
  void findsTheClouds() {
    int[] found = KMeans.cluster(clouds(), 3, 1);
    for (int i = 0; i < found.length; i++) {
      assertEquals(i < 60 ? 0 : i < 90 ? 1 : 2, found[i], "point " + i + ", largest cloud first");
    }
  }

  @Test
  void repeatsItself() {
    assertArrayEquals(KMeans.cluster(clouds(), 5, 7), KMeans.cluster(clouds(), 5, 7));
  }

  @Test
  void moreClustersThanPointsAreRefused() {
    assertThrows(IllegalArgumentException.class, () -> KMeans.cluster(new float[2][1], 3, 1));
  }
}
