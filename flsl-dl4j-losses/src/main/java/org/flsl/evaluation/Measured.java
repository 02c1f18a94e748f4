package org.flsl.evaluation;

import java.util.Arrays;
import java.util.List;

/**
 * A measure's values with several seeds.
 *
 * @param measure what was measured
 * @param features of which features
 * @param values one for each seed
 */
public record Measured(String measure, String features, List<Double> values) {

  /** Copies the values. */
  public Measured {
    values = List.copyOf(values);
  }

  /** A single value of a candidate, alone in its list. */
  public static List<Measured> one(String measure, Candidate candidate, double value) {
    return List.of(new Measured(measure, candidate.name(), List.of(value)));
  }

  /** The mean over the seeds. */
  public double mean() {
    return values.stream().mapToDouble(Double::doubleValue).average().orElse(Double.NaN);
  }

  /** The standard deviation over the seeds (of a sample: divided by n - 1); 0 for a single one. */
  public double spread() {
    if (values.size() < 2) {
      return 0;
    }
    double mean = mean();
    double[] squares = values.stream().mapToDouble(v -> (v - mean) * (v - mean)).toArray();
    return Math.sqrt(Arrays.stream(squares).sum() / (values.size() - 1));
  }
}
