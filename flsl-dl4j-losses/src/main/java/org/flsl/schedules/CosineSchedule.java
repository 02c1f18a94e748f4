package org.flsl.schedules;

import java.util.Objects;
import org.nd4j.linalg.schedule.ISchedule;
import org.nd4j.shade.jackson.annotation.JsonProperty;

/**
 * Linear warm-up followed by half a cosine, by iteration.
 *
 * <p>Warm-up iteration i of W has {@code start i / (W - 1)} (from zero to the start value,
 * inclusive); iteration j of the N after it has {@code end + (start - end) (1 + cos(pi j / N)) /
 * 2}. After the last iteration the value stays.
 */
public final class CosineSchedule implements ISchedule {
  private static final long serialVersionUID = 1;

  @JsonProperty private double start;
  @JsonProperty private double end;
  @JsonProperty private int warmup;
  @JsonProperty private int total;

  private CosineSchedule() {}

  /**
   * A cosine with warm-up.
   *
   * @param start value after the warm-up
   * @param end value that the cosine runs to
   * @param warmup iterations of warm-up
   * @param total all iterations
   */
  public CosineSchedule(double start, double end, int warmup, int total) {
    if (warmup < 0 || total < 1 || warmup > total) {
      throw new IllegalArgumentException(
          String.format(
              "Schedule: a warm-up of %d iterations does not fit into %d iterations",
              warmup, total));
    }
    Scheduled.requireFinite(start, end);
    this.start = start;
    this.end = end;
    this.warmup = warmup;
    this.total = total;
  }

  /** A cosine without warm-up. */
  public CosineSchedule(double start, double end, int total) {
    this(start, end, 0, total);
  }

  @Override
  public double valueAt(int iteration, int epoch) {
    int step = Math.min(iteration, total - 1);
    if (step < warmup) {
      return warmup == 1 ? 0 : start * step / (warmup - 1);
    }
    double phase = Math.PI * (step - warmup) / (total - warmup);
    return end + 0.5 * (start - end) * (1 + Math.cos(phase));
  }

  @Override
  public CosineSchedule clone() {
    return new CosineSchedule(start, end, warmup, total);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof CosineSchedule that
        && start == that.start
        && end == that.end
        && warmup == that.warmup
        && total == that.total;
  }

  @Override
  public int hashCode() {
    return Objects.hash(start, end, warmup, total);
  }
}
