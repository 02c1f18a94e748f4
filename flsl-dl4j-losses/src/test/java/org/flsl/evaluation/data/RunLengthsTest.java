package org.flsl.evaluation.data;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.Random;
import org.junit.jupiter.api.Test;

/** Run lengths beside the pixels that they stand for. */
class RunLengthsTest {

  private static double[] edges(BinaryMask mask) {
    double[] edges = {mask.width(), mask.height(), 0, 0};
    for (int y = 0; y < mask.height(); y++) {
      for (int x = 0; x < mask.width(); x++) {
        if (mask.inside()[y * mask.width() + x]) {
          edges[0] = Math.min(edges[0], x);
          edges[1] = Math.min(edges[1], y);
          edges[2] = Math.max(edges[2], x + 1);
          edges[3] = Math.max(edges[3], y + 1);
        }
      }
    }
    return edges;
  }

  @Test
  void masksOfAnyKindComeBackAndHaveTheirBounds() {
    Random random = new Random(5);
    for (int i = 0; i < 300; i++) {
      int width = 1 + random.nextInt(20);
      int height = 1 + random.nextInt(20);
      // From nothing to everything, with runs that go on in the next column and many short ones.
      double density = random.nextInt(11) / 10.0;
      boolean[] inside = new boolean[width * height];
      for (int at = 0; at < inside.length; at++) {
        inside[at] = random.nextDouble() < density;
      }
      BinaryMask mask = new BinaryMask(width, height, inside);
      RunLengths runs = RunLengths.of(mask);
      String size = width + " x " + height + ", " + density;
      assertArrayEquals(inside, runs.rasterise(width, height).inside(), size);
      assertArrayEquals(edges(mask), runs.bounds(), size);
      assertEquals(mask.area(), runs.area(), size);
    }
  }

  @Test
  void aPartLiesInItsImage() {
    Random random = new Random(6);
    for (int i = 0; i < 100; i++) {
      int left = random.nextInt(3);
      int top = random.nextInt(3);
      int width = left + 4 + random.nextInt(3);
      int height = top + 3 + random.nextInt(3);
      boolean[] part = new boolean[4 * 3];
      boolean[] whole = new boolean[width * height];
      for (int at = 0; at < part.length; at++) {
        part[at] = random.nextBoolean();
        whole[(top + at / 4) * width + left + at % 4] = part[at];
      }
      assertEquals(
          RunLengths.of(new BinaryMask(width, height, whole)).compressed(),
          RunLengths.of(new BinaryMask(4, 3, part), left, top, width, height).compressed());
    }
    BinaryMask part = new BinaryMask(4, 3, new boolean[12]);
    IllegalArgumentException e =
        assertThrows(IllegalArgumentException.class, () -> RunLengths.of(part, 2, 0, 5, 3));
    assertEquals(
        "a mask of 4 x 3 pixels at 2, 0 of an image of 5 x 3 (width x height)", e.getMessage());
  }
}
