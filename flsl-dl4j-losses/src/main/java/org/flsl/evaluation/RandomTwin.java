package org.flsl.evaluation;

import java.util.SplittableRandom;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.graph.ComputationGraph;

/**
 * Makes a network of the same architecture that has learned nothing: what pretraining is worth
 * shows beside it.
 *
 * <p>Its weights are drawn apart from those of every training: a seed is scrambled first, since the
 * weights of seed 1 are those that a run with {@code --seed 1} began with.
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
    configuration.getDefaultConfiguration().setSeed(new SplittableRandom(seed).nextLong());
    ComputationGraph twin = new ComputationGraph(configuration);
    twin.init();
    return twin;
  }

  /** The same features of the twin. */
  public static GraphFeatures of(GraphFeatures features, long seed) {
    return features.in(of(features.graph(), seed));
  }
}
