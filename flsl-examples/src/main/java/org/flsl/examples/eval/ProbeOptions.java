package org.flsl.examples.eval;

import org.flsl.evaluation.LinearProbe;
import picocli.CommandLine.Option;

/** The options of the linear probe. */
final class ProbeOptions {
  @Option(names = "--probe-steps", paramLabel = "N", description = "Training steps of the probe.")
  private int steps = 1000;

  LinearProbe.Training training() {
    return LinearProbe.training().steps(steps);
  }
}
