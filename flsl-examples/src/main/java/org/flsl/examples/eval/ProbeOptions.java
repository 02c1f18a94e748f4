package org.flsl.examples.eval;

import org.flsl.evaluation.LinearProbe;
import org.flsl.examples.command.UserError;
import picocli.CommandLine.Option;

/** The options of the linear probe. */
final class ProbeOptions {
  @Option(names = "--probe-steps", paramLabel = "N", description = "Training steps of the probe.")
  private int steps = 1000;

  /** Refuses a number that is too small, before images are read. */
  void check() {
    UserError.requireAtLeast(1, "--probe-steps", steps);
  }

  LinearProbe.Training training() {
    return LinearProbe.training().steps(steps);
  }
}
