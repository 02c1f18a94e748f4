package org.flsl.examples.loop;

import java.nio.file.Path;
import org.flsl.examples.command.UserError;
import org.flsl.examples.run.RunSettings;
import org.flsl.examples.settings.Config;

/**
 * Turns a time budget into a number of epochs, before the run begins.
 *
 * <p>The schedules need to know where the training ends, and a resumed run has to end at the same
 * step: so a few steps are timed on a training that is thrown away, and the run is told the number
 * of epochs.
 */
public final class Calibration {
  /** The first steps pay for memory and threads that later ones find ready. */
  private static final int UNTIMED = 2;

  private static final int TIMED = 5;
  private static final double NANOS_PER_MINUTE = 60e9;

  private Calibration() {}

  /**
   * A configuration with epochs in place of minutes, after timing a few steps of a training that is
   * thrown away; where one epoch takes longer than the minutes, with fewer steps per epoch as well.
   *
   * @throws UserError where the minutes are less than a step takes
   */
  public static Config timed(Training.Factory trainings, Config config, Path images) {
    try (Training trial = trainings.begin(config, images)) {
      take(trial, UNTIMED);
      long start = System.nanoTime();
      take(trial, TIMED);
      double minutesPerStep = (System.nanoTime() - start) / NANOS_PER_MINUTE / TIMED;
      return epochsFor(config, trial.stepsPerEpoch(), minutesPerStep);
    }
  }

  private static void take(Training trial, int steps) {
    for (int i = 0; i < steps; i++) {
      trial.next();
    }
  }

  static Config epochsFor(Config config, int stepsPerEpoch, double minutesPerStep) {
    double minutes = config.get(RunSettings.MINUTES);
    int steps = (int) Math.min(Integer.MAX_VALUE, minutes / minutesPerStep);
    if (steps < 1) {
      throw new UserError(
          "--minutes %s is less than one step takes (%.1f s): allow more, or a smaller --batch"
              .formatted(config.text(RunSettings.MINUTES), minutesPerStep * 60));
    }
    return lasting(config.with(RunSettings.MINUTES, null), stepsPerEpoch, steps);
  }

  /** At most so many steps: whole epochs, or a part of the first. */
  public static Config lasting(Config config, int stepsPerEpoch, int steps) {
    Config resolved = config.with(RunSettings.EPOCHS, Math.max(1, steps / stepsPerEpoch));
    return steps < stepsPerEpoch ? resolved.with(RunSettings.STEPS_PER_EPOCH, steps) : resolved;
  }
}
