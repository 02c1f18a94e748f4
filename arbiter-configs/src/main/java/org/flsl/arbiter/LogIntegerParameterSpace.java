package org.flsl.arbiter;

import java.util.List;
import java.util.Map;
import org.deeplearning4j.arbiter.optimize.api.ParameterSpace;
import org.nd4j.shade.jackson.annotation.JsonCreator;
import org.nd4j.shade.jackson.annotation.JsonProperty;

/**
 * Whole numbers whose orders of magnitude count: 10 to 20 is as likely as 100 to 200.
 *
 * <p>Use it where Arbiter's {@code IntegerParameterSpace} would try hardly any small number. A
 * number n has the probability of the interval from n - 1/2 to n + 1/2 under a log-uniform
 * distribution.
 */
public final class LogIntegerParameterSpace implements ParameterSpace<Long> {
  private static final double HALF = 0.5;

  @JsonProperty private final long from;
  @JsonProperty private final long to;
  @JsonProperty private int index = -1;

  /**
   * The numbers between two bounds, the bounds among them.
   *
   * @param from at least 1
   * @param to at least {@code from}
   */
  @JsonCreator
  public LogIntegerParameterSpace(@JsonProperty("from") long from, @JsonProperty("to") long to) {
    if (from < 1 || to < from) {
      throw new IllegalArgumentException(
          "a log scale of whole numbers begins at 1 or above and ends there or above, got %d to %d"
              .formatted(from, to));
    }
    this.from = from;
    this.to = to;
  }

  @Override
  public Long getValue(double[] values) {
    double low = from - HALF;
    double high = to + HALF;
    return Math.min(to, Math.round(low * Math.pow(high / low, values[index])));
  }

  @Override
  public int numParameters() {
    return 1;
  }

  @Override
  @SuppressWarnings("rawtypes") // as Arbiter declares it
  public List<ParameterSpace> collectLeaves() {
    return List.of(this);
  }

  @Override
  @SuppressWarnings("rawtypes") // as Arbiter declares it
  public Map<String, ParameterSpace> getNestedSpaces() {
    return Map.of();
  }

  @Override
  public boolean isLeaf() {
    return true;
  }

  @Override
  public void setIndices(int... indices) {
    index = indices[0];
  }

  @Override
  public String toString() {
    return "LogIntegerParameterSpace(min=%d,max=%d)".formatted(from, to);
  }
}
