package org.flsl.arbiter;

import java.io.Serializable;
import java.util.Collection;
import java.util.List;

/**
 * Gives up candidates that do worse on the way than half of the earlier ones did at the same point.
 *
 * @param percents of the steps after which to look; none: every candidate is trained to its end
 * @param atLeast earlier candidates, or nothing is given up
 */
public record MedianRule(List<Integer> percents, int atLeast) implements Serializable {
  /** Candidates that say little of what is usual. */
  private static final int FEW = 3;

  /** Looks at a third and at two thirds of the steps, once three candidates have been there. */
  public static MedianRule usual() {
    return new MedianRule(List.of(33, 67), FEW);
  }

  /** Gives nothing up. */
  public static MedianRule never() {
    return new MedianRule(List.of(), 0);
  }

  /**
   * Whether to give a candidate up.
   *
   * @param score of the candidate at this point
   * @param others scores of other candidates at the same point
   */
  public boolean isHopeless(double score, Collection<Double> others) {
    if (others.size() < atLeast) {
      return false;
    }
    double[] sorted = others.stream().mapToDouble(Double::doubleValue).sorted().toArray();
    int middle = sorted.length / 2;
    double median =
        sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
    return score < median;
  }
}
