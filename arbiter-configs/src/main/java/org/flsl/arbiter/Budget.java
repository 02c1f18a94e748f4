package org.flsl.arbiter;

import java.io.Serializable;
import java.nio.file.Path;
import org.flsl.examples.loop.Calibration;
import org.flsl.examples.pretrain.Pretraining;
import org.flsl.examples.pretrain.Settings;
import org.flsl.examples.settings.Config;

/** How long each candidate is trained. */
@FunctionalInterface
public interface Budget extends Serializable {

  /** A configuration that ends when the budget does. */
  Config limit(Config config, Path images);

  /** As long as the candidate's own number of epochs says. */
  static Budget ofConfiguration() {
    return (config, images) -> config;
  }

  /** At most so many steps, in whole epochs where there is at least one: the same each time. */
  static Budget steps(int steps) {
    return (config, images) ->
        Calibration.lasting(
            config.with(Settings.MINUTES, null), Pretraining.stepsPerEpoch(config, images), steps);
  }

  /**
   * About so many minutes: fair to candidates of different speed, but the number of steps depends
   * on what else the machine does.
   */
  static Budget minutes(double minutes) {
    return (config, images) ->
        Calibration.timed(new Pretraining(), config.with(Settings.MINUTES, minutes), images);
  }
}
