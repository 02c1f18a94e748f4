package org.flsl.evaluation.video;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.IOException;
import java.nio.file.Files;
import org.flsl.evaluation.data.BinaryMask;
import org.flsl.evaluation.data.EvaluationFixtures;
import org.flsl.evaluation.data.LabelMask;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class DavisMeasuresTest {

  static String[] expected() throws IOException {
    return Files.readAllLines(EvaluationFixtures.path("contours/expected.csv")).stream()
        .skip(1)
        .toArray(String[]::new);
  }

  @ParameterizedTest
  @MethodSource("expected")
  void agreeWithAnIndependentImplementation(String line) {
    String[] fields = line.split(",");
    int object = Integer.parseInt(fields[0]);
    BinaryMask truth = object("truth", object);
    BinaryMask found = object("found", object);

    assertEquals(Double.parseDouble(fields[1]), RegionSimilarity.of(truth, found), 1e-8, "J");
    assertEquals(Double.parseDouble(fields[2]), ContourAccuracy.of(truth, found), 1e-8, "F");
  }

  private static BinaryMask object(String name, int object) {
    LabelMask mask = EvaluationFixtures.mask(EvaluationFixtures.path("contours/" + name + ".png"));
    return BinaryMask.of(mask, label -> label == object);
  }

  @Test
  void areWhatAPencilSays() {
    // Tolerance 1: diagonals of up to 125 pixels.
    BinaryMask square = rectangle(40, 10, 10, 10);
    BinaryMask shifted = rectangle(40, 15, 10, 10);

    assertEquals(50.0 / 150, RegionSimilarity.of(square, shifted));
    assertEquals(1, ContourAccuracy.of(square, square));
    assertEquals(1, ContourAccuracy.of(square, rectangle(40, 11, 10, 10)), "within a pixel");
    // Of the 44 - 4 pixels of each outline the upper and lower sides lie on each other from the
    // first column of the one to the last of the other, and a pixel further at either end.
    int sides = 2 * (19 - 14 + 1 + 2 - 1);
    double part = ContourAccuracy.of(square, shifted);
    assertEquals((double) common(square, shifted) / 40, part, 1e-9);
    assertEquals(sides, common(square, shifted), 2);
  }

  /** Counted pixel by pixel: how much of an outline lies within a pixel of the other. */
  private static int common(BinaryMask one, BinaryMask other) {
    boolean[] a = outline(one);
    boolean[] b = outline(other);
    int[] steps = {0, 1, -1, 40, -40};
    int common = 0;
    for (int i = 40; i < a.length - 40; i++) {
      for (int step : steps) {
        if (a[i] && b[i + step]) {
          common++;
          break;
        }
      }
    }
    return common;
  }

  private static boolean[] outline(BinaryMask mask) {
    boolean[] in = mask.inside();
    boolean[] outline = new boolean[in.length];
    for (int i = 0; i < in.length - 41; i++) {
      outline[i] = in[i] != in[i + 1] || in[i] != in[i + 40] || in[i] != in[i + 41];
    }
    return outline;
  }

  @Test
  void knowEmptyMasks() {
    BinaryMask nothing = rectangle(30, 0, 0, 0);
    BinaryMask something = rectangle(30, 5, 5, 4);

    assertEquals(1, RegionSimilarity.of(nothing, nothing));
    assertEquals(1, ContourAccuracy.of(nothing, nothing));
    assertEquals(0, RegionSimilarity.of(nothing, something));
    assertEquals(0, ContourAccuracy.of(something, nothing));
  }

  @Test
  void refuseMasksOfDifferentSizes() {
    BinaryMask small = rectangle(20, 1, 1, 3);
    BinaryMask large = rectangle(30, 1, 1, 3);

    assertThrows(IllegalArgumentException.class, () -> RegionSimilarity.of(small, large));
    assertThrows(IllegalArgumentException.class, () -> ContourAccuracy.of(small, large));
  }

  private static BinaryMask rectangle(int size, int left, int top, int side) {
    boolean[] inside = new boolean[size * size];
    for (int y = top; y < top + side; y++) {
      for (int x = left; x < left + side; x++) {
        inside[y * size + x] = true;
      }
    }
    return new BinaryMask(size, size, inside);
  }
}
