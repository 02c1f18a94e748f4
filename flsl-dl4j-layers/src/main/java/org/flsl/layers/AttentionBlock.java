package org.flsl.layers;

import org.deeplearning4j.nn.conf.layers.Layer;

/**
 * A layer that is a block of a backbone, in which tokens attend to one another.
 *
 * <p>{@link BackboneGraph} counts these as the blocks of a network.
 */
public interface AttentionBlock {

  /**
   * A layer with the same parameters that hands out its attention instead of tokens: {@code [B,
   * heads * N, N]} for N tokens of patches.
   */
  Layer attention();

  /**
   * A layer with the same parameters that hands out the keys of its attention instead of tokens:
   * {@code [B, T, width]}, head by head.
   */
  Layer keys();

  /** Attention heads. */
  int heads();

  /** Length of a token. */
  int width();
}
