package org.flsl.evaluation;

import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.graph.ComputationGraph;

/**
 * Makes a network of the same architecture that has learned nothing: what pretraining is worth
 * shows beside it.
 */
public final class RandomTwin {
  private RandomTwin() {}

  /**
   * The twin of a network.
   *
   * @param seed of the fresh weights; the same seed gives the same twin
   */
  public static ComputationGraph of(ComputationGraph graph, long seed) {
    ComputationGraphConfiguration configuration = graph.getConfiguration().clone();
    // DL4J takes a seed of zero for none and draws from the clock.
    configuration.getDefaultConfiguration().setSeed(seed == 0 ? Long.MIN_VALUE : seed);
    ComputationGraph twin = new ComputationGraph(configuration);
    twin.init();
    return twin;
  }

  /** The same features of the twin. */
  public static GraphFeatures of(GraphFeatures features, long seed) {
    return GraphFeatures.of(of(features.graph(), seed), features.vertex());
  }
}
