package org.flsl.views;

import java.util.random.RandomGenerator;

/**
 * An interval of numbers to draw from.
 *
 * @param min lower end
 * @param max upper end, at least {@code min}
 */
public record Range(double min, double max) {

  /** Checks the order. */
  public Range {
    if (!(min <= max) || Double.isInfinite(min) || Double.isInfinite(max)) {
      throw new IllegalArgumentException(
          "A range needs two numbers with min <= max, got " + min + " and " + max);
    }
  }

  /** A number of the interval, all equally likely. */
  public double draw(RandomGenerator random) {
    return min + (max - min) * random.nextDouble();
  }

  @Override
  public String toString() {
    return min + ".." + max;
  }
}
