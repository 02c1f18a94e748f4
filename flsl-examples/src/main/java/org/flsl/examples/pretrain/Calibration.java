package org.flsl.examples.pretrain;

import org.flsl.examples.command.UserError;
import org.flsl.examples.loop.Training;

/**
 * Turns a time budget into a number of epochs, before the run begins.
 *
 * <p>The schedules need to know where the training ends, and a resumed run has to end at the same
 * step: so a few steps are timed on a training that is thrown away, and the run is told the number
 * of epochs.
 */
final class Calibration {
  /** The first steps pay for memory and threads that later ones find ready. */
  private static final int UNTIMED = 2;

  private static final int TIMED = 5;
  private static final double NANOS_PER_MINUTE = 60e9;

  private Calibration() {}

  /**
   * @param trial a training at its beginning, not to be used afterwards
   * @return the configuration with epochs in place of minutes; where one epoch takes longer than
   *     the minutes, with fewer steps per epoch as well
   */
  static PretrainConfig epochsFor(PretrainConfig config, Training trial) {
    for (int i = 0; i < UNTIMED; i++) {
      trial.next();
    }
    long start = System.nanoTime();
    for (int i = 0; i < TIMED; i++) {
      trial.next();
    }
    double minutesPerStep = (System.nanoTime() - start) / NANOS_PER_MINUTE / TIMED;
    return epochsFor(config, trial.stepsPerEpoch(), minutesPerStep);
  }

  static PretrainConfig epochsFor(PretrainConfig config, int stepsPerEpoch, double minutesPerStep) {
    double minutes = config.get(Settings.MINUTES);
    int steps = (int) Math.min(Integer.MAX_VALUE, minutes / minutesPerStep);
    if (steps < 1) {
      throw new UserError(
          "--minutes %s is less than one step takes (%.1f s): allow more, or a smaller --batch"
              .formatted(config.text(Settings.MINUTES), minutesPerStep * 60));
    }
    return lasting(config.with(Settings.MINUTES, null), stepsPerEpoch, steps);
  }

  /** At most so many steps: whole epochs, or a part of the first. */
  static PretrainConfig lasting(PretrainConfig config, int stepsPerEpoch, int steps) {
    PretrainConfig resolved = config.with(Settings.EPOCHS, Math.max(1, steps / stepsPerEpoch));
    return steps < stepsPerEpoch ? resolved.with(Settings.STEPS_PER_EPOCH, steps) : resolved;
  }
}
