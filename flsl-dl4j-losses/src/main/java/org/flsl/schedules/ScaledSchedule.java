package org.flsl.schedules;

import java.util.Objects;
import org.nd4j.linalg.schedule.ISchedule;
import org.nd4j.shade.jackson.annotation.JsonProperty;

/** Another schedule times a number: the learning rate of a layer that shall learn less. */
public final class ScaledSchedule implements ISchedule {
  private static final long serialVersionUID = 1;

  @JsonProperty private ISchedule schedule;
  @JsonProperty private double factor;

  private ScaledSchedule() {}

  /** The values of a schedule times {@code factor}. */
  public ScaledSchedule(ISchedule schedule, double factor) {
    this.schedule = Objects.requireNonNull(schedule, "schedule");
    if (!Double.isFinite(factor)) {
      throw new IllegalArgumentException("Schedule: the factor must be finite, got " + factor);
    }
    this.factor = factor;
  }

  @Override
  public double valueAt(int iteration, int epoch) {
    return factor * schedule.valueAt(iteration, epoch);
  }

  @Override
  public ScaledSchedule clone() {
    return new ScaledSchedule(schedule.clone(), factor);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof ScaledSchedule that
        && schedule.equals(that.schedule)
        && factor == that.factor;
  }

  @Override
  public int hashCode() {
    return Objects.hash(schedule, factor);
  }
}
