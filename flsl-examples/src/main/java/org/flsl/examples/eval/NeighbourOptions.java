package org.flsl.examples.eval;

import org.flsl.evaluation.NearestNeighbours;
import picocli.CommandLine.Option;

/** The options of nearest neighbours. */
final class NeighbourOptions {
  @Option(names = "--k", paramLabel = "N", description = "Neighbours that vote.")
  int k = NearestNeighbours.K;

  @Option(names = "--temperature", paramLabel = "T", description = "Temperature of their votes.")
  double temperature = NearestNeighbours.TEMPERATURE;
}
