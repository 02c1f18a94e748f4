package org.flsl.schedules;

import org.nd4j.linalg.schedule.FixedSchedule;
import org.nd4j.linalg.schedule.ISchedule;

/**
 * A hyperparameter that is constant or follows half a cosine over the whole training.
 *
 * @param start value of the first iteration
 * @param end value that the cosine runs to
 */
public record Scheduled(double start, double end) {

  /** Refuses values that are no numbers. */
  public Scheduled {
    requireFinite(start, end);
  }

  static void requireFinite(double start, double end) {
    if (!Double.isFinite(start) || !Double.isFinite(end)) {
      throw new IllegalArgumentException(
          String.format("A schedule needs finite values, got %s to %s", start, end));
    }
  }

  /** Always {@code value}. */
  public static Scheduled constant(double value) {
    return new Scheduled(value, value);
  }

  /** From {@code start} to {@code end} along half a cosine. */
  public static Scheduled cosine(double start, double end) {
    return new Scheduled(start, end);
  }

  /** Whether the value never changes. */
  public boolean isConstant() {
    return start == end;
  }

  /** The schedule of DL4J for a training of {@code iterations} iterations. */
  public ISchedule over(int iterations) {
    return isConstant() ? new FixedSchedule(start) : new CosineSchedule(start, end, iterations);
  }

  @Override
  public String toString() {
    return isConstant() ? Double.toString(start) : start + " -> " + end;
  }
}
