package org.flsl.examples.eval;

import org.flsl.evaluation.NearestNeighbours;
import org.flsl.examples.command.UserError;
import picocli.CommandLine.Option;

/** The options of nearest neighbours. */
final class NeighbourOptions {
  @Option(names = "--k", paramLabel = "N", description = "Neighbours that vote.")
  int k = NearestNeighbours.K;

  @Option(names = "--temperature", paramLabel = "T", description = "Temperature of their votes.")
  double temperature = NearestNeighbours.TEMPERATURE;

  /** Refuses numbers that are too small, before images are read. */
  void check() {
    UserError.requireAtLeast(1, "--k", k);
    UserError.requirePositive("--temperature", temperature);
  }
}
