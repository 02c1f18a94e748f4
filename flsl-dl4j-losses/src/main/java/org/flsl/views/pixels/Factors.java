package org.flsl.views.pixels;

/** The check shared by the enhancement factors. */
final class Factors {

  private Factors() {}

  static void requireNotNegative(String name, float factor) {
    if (!(factor >= 0) || Float.isInfinite(factor)) {
      throw new IllegalArgumentException(
          "The " + name + " factor must be a number of at least 0, got " + factor);
    }
  }
}
