package org.flsl.examples.pictures;

import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * Which tokens the mean shift of FLSL gathers for a query.
 *
 * <p>{@code A = softmax(tau q Z^T)}, and the mode is {@code A Z}. A query looks into its own view
 * with one tau and into other views and photos with another.
 *
 * @param tau inverse temperature
 */
public record MeanShiftAttention(double tau) {

  /**
   * The weight of every token for one query.
   *
   * @param query {@code [width]}
   * @param tokens {@code [N, width]}
   * @return N weights that sum to one
   */
  public float[] weights(INDArray query, INDArray tokens) {
    return softmax(query.reshape(1, -1), tokens).toFloatVector();
  }

  /**
   * The modes that queries are shifted to.
   *
   * @param queries {@code [n, width]}
   * @param tokens {@code [N, width]}
   * @return {@code [n, width]}
   */
  public INDArray modes(INDArray queries, INDArray tokens) {
    return softmax(queries, tokens).mmul(tokens);
  }

  private INDArray softmax(INDArray queries, INDArray tokens) {
    return Nd4j.nn().softmax(queries.mmul(tokens.transpose()).muli(tau), 1);
  }
}
