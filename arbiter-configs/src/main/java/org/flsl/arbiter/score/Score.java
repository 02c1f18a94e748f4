package org.flsl.arbiter.score;

import java.util.List;
import org.deeplearning4j.nn.graph.ComputationGraph;

/**
 * Says how good a pretrained backbone is; more is better.
 *
 * <p>Never the training loss: the weights that a sweep searches change its scale.
 */
@FunctionalInterface
public interface Score {

  /**
   * The score of a backbone.
   *
   * @param backbone takes images {@code [B, 3, H, W]}, normalised as in training, and gives tokens
   *     {@code [B, T, C]}
   */
  double of(ComputationGraph backbone);

  /** A line for each image that it leaves out, since it cannot be read. */
  default List<String> leftOut() {
    return List.of();
  }
}
