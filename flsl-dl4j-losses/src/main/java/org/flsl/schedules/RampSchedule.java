package org.flsl.schedules;

import java.util.Objects;
import org.nd4j.linalg.schedule.ISchedule;
import org.nd4j.shade.jackson.annotation.JsonProperty;

/**
 * A value that changes linearly over the first epochs, a step each, and then stays: the teacher's
 * temperature.
 *
 * <p>Epoch e of the R in the ramp has {@code start + (end - start) e / (R - 1)}. Epochs are counted
 * by iterations, so that it does not matter how a program feeds its batches.
 */
public final class RampSchedule implements ISchedule {
  private static final long serialVersionUID = 1;

  @JsonProperty private double start;
  @JsonProperty private double end;
  @JsonProperty private int rampEpochs;
  @JsonProperty private int iterationsPerEpoch;

  private RampSchedule() {}

  /** A ramp over {@code rampEpochs} epochs of {@code iterationsPerEpoch} iterations. */
  public RampSchedule(double start, double end, int rampEpochs, int iterationsPerEpoch) {
    if (rampEpochs < 0 || iterationsPerEpoch < 1) {
      throw new IllegalArgumentException(
          String.format(
              "Schedule: a ramp of %d epochs with %d iterations each makes no sense",
              rampEpochs, iterationsPerEpoch));
    }
    Scheduled.requireFinite(start, end);
    this.start = start;
    this.end = end;
    this.rampEpochs = rampEpochs;
    this.iterationsPerEpoch = iterationsPerEpoch;
  }

  @Override
  public double valueAt(int iteration, int epoch) {
    int position = iteration / iterationsPerEpoch;
    if (position >= rampEpochs) {
      return end;
    }
    return rampEpochs == 1 ? start : start + (end - start) * position / (rampEpochs - 1);
  }

  @Override
  public RampSchedule clone() {
    return new RampSchedule(start, end, rampEpochs, iterationsPerEpoch);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof RampSchedule that
        && start == that.start
        && end == that.end
        && rampEpochs == that.rampEpochs
        && iterationsPerEpoch == that.iterationsPerEpoch;
  }

  @Override
  public int hashCode() {
    return Objects.hash(start, end, rampEpochs, iterationsPerEpoch);
  }
}
