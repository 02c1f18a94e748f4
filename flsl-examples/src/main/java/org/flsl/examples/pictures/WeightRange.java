package org.flsl.examples.pictures;

import java.util.Arrays;

/**
 * The weights between which a picture runs from dark to bright.
 *
 * @param low drawn darkest
 * @param high drawn brightest
 */
public record WeightRange(double low, double high) {

  /** So many tokens may lie beyond either end: one token alone does not darken all others. */
  private static final double CLIPPED = 0.005;

  /** Nearly the whole range of some weights. */
  public static WeightRange of(float[] weights) {
    float[] sorted = weights.clone();
    Arrays.sort(sorted);
    int margin = (int) (CLIPPED * sorted.length);
    return new WeightRange(sorted[margin], sorted[sorted.length - 1 - margin]);
  }

  /** Where a weight lies in the range, from 0 to 1. */
  public double share(double weight) {
    return high > low ? Math.max(0, Math.min(1, (weight - low) / (high - low))) : 0;
  }

  /** The ends as multiples of the mean of so many weights that sum to one. */
  public String words(int weights) {
    return "%.2g to %.2g".formatted(low * weights, high * weights);
  }
}
