package org.flsl.views;

import java.util.stream.IntStream;

/** Some of many, evenly spread: neighbours in a folder are often alike. All, if there are fewer. */
public final class EvenPicks {
  private EvenPicks() {}

  /** The first one, and others at equal distances. */
  public static int[] fromFirst(int most, int all) {
    int count = count(most, all);
    return IntStream.range(0, count).map(i -> (int) ((long) i * all / count)).toArray();
  }

  /** The middle one of each of so many equal parts. */
  public static int[] middles(int most, int all) {
    int count = count(most, all);
    return IntStream.range(0, count).map(i -> (int) ((2L * i + 1) * all / (2L * count))).toArray();
  }

  private static int count(int most, int all) {
    if (most < 1) {
      throw new IllegalArgumentException("At least one image is needed, got " + most);
    }
    return Math.min(most, all);
  }
}
