package org.flsl.examples.loop;

import java.time.Duration;

/** How fast the steps come, and what that says about the time left. */
public final class Pace {
  /** Weight of the newest step: the last twenty or so count. */
  private static final double NEWEST = 0.1;

  private int steps;
  private double secondsPerStep;

  /** Takes in how long a step took. The first one is slow, and forgotten with the second. */
  void step(double seconds) {
    steps++;
    double weight = Math.max(NEWEST, 1.0 / Math.max(1, steps - 1));
    secondsPerStep += weight * (seconds - secondsPerStep);
  }

  double secondsPerStep() {
    return secondsPerStep;
  }

  Duration left(long steps) {
    return Duration.ofMillis(Math.round(1000 * steps * secondsPerStep));
  }

  /** A duration as people say it. */
  public static String words(Duration duration) {
    long seconds = duration.toSeconds();
    if (seconds < 60) {
      return seconds + " s";
    }
    if (seconds < 3600) {
      return "%d min %02d s".formatted(seconds / 60, seconds % 60);
    }
    if (seconds < 48 * 3600) {
      return "%d h %02d min".formatted(seconds / 3600, seconds / 60 % 60);
    }
    return "%d days %d h".formatted(seconds / 86_400, seconds / 3600 % 24);
  }
}
