package org.flsl.evaluation;

import org.flsl.evaluation.data.ImageSize;
import org.flsl.layers.TokenGrid;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Turns images into tokens, a vector for each place: a frozen network, or a baseline without one.
 *
 * <p>Every measure reads features through this, so that a network and its baselines are measured
 * alike.
 */
public interface FeatureExtractor {

  /**
   * The largest size of images that this takes and that is no larger than the given one.
   *
   * @throws IllegalArgumentException if there is none
   */
  ImageSize fit(ImageSize size);

  /**
   * How the tokens of images of a size lie.
   *
   * @throws IllegalArgumentException if it cannot take images of this size
   */
  TokenGrid grid(ImageSize size);

  /**
   * The tokens of images.
   *
   * @param images {@code [B, channels, height, width]}, normalised as in training
   * @return {@code [B, tokens, width]} in single precision, outside of any workspace
   */
  INDArray tokens(INDArray images);
}
