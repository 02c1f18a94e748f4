package org.flsl.layers;

import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** The initial weights of the paper's networks. */
public final class Init {
  private static final double STANDARD_DEVIATION = 0.02;

  private Init() {}

  /**
   * A normal distribution with standard deviation 0.02. The published code cuts it at two in
   * absolute value, a hundred standard deviations out: nothing is ever cut.
   */
  public static void normal(INDArray weights) {
    weights.assign(Nd4j.randn(weights.dataType(), weights.shape()).muli(STANDARD_DEVIATION));
  }

  /** Uniform in {@code +-1 / sqrt(fanIn)}. */
  public static void uniform(INDArray weights, long fanIn) {
    double bound = 1 / Math.sqrt(fanIn);
    weights.assign(Nd4j.rand(weights.dataType(), weights.shape()).muli(2 * bound).subi(bound));
  }
}
