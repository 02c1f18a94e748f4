package org.flsl.examples.benchmark;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/**
 * Measured durations of the same work.
 *
 * @param seconds at least one, in the order of measurement
 */
public record Timing(List<Double> seconds) {

  /** Copies. */
  public Timing {
    seconds = List.copyOf(seconds);
    if (seconds.isEmpty()) {
      throw new IllegalArgumentException("A timing needs at least one measurement");
    }
  }

  /** Runs the work some times, and then counts. */
  public static Timing of(int warmup, int counted, Runnable work) {
    for (int i = 0; i < warmup; i++) {
      work.run();
    }
    List<Double> seconds = new ArrayList<>();
    for (int i = 0; i < counted; i++) {
      long start = System.nanoTime();
      work.run();
      seconds.add((System.nanoTime() - start) / 1e9);
    }
    return new Timing(seconds);
  }

  /** All measurements of several timings. */
  public static Timing join(List<Timing> timings) {
    return new Timing(timings.stream().flatMap(timing -> timing.seconds.stream()).toList());
  }

  /** The middle one, or the mean of the two in the middle. */
  public double median() {
    List<Double> sorted = new ArrayList<>(seconds);
    Collections.sort(sorted);
    int half = sorted.size() / 2;
    return sorted.size() % 2 == 1
        ? sorted.get(half)
        : (sorted.get(half - 1) + sorted.get(half)) / 2;
  }

  /** The shortest. */
  public double min() {
    return Collections.min(seconds);
  }

  /** The longest. */
  public double max() {
    return Collections.max(seconds);
  }
}
