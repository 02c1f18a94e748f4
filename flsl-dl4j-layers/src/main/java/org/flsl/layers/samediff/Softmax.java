package org.flsl.layers.samediff;

import java.util.List;
import org.flsl.layers.kernels.Operation;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;

/** Softmax along the last axis: its logarithm, and its gradient from its output. */
public final class Softmax {
  private Softmax() {}

  /**
   * The logarithm of the softmax of every row, finite however far a row's elements lie apart.
   *
   * <p>ND4J's {@code logSoftmax} takes the logarithm of the softmax, which is minus infinity where
   * a probability underflows; hence this one.
   *
   * @param x {@code [rows, width]}
   * @return {@code [rows, width]}
   */
  public static SDVariable log(Definition definition, SDVariable x) {
    SameDiff sd = definition.sameDiff();
    SDVariable shifted = x.sub(x.max(true, 1));
    SDVariable y = shifted.sub(sd.math.log(sd.math.exp(shifted).sum(true, 1)));
    return definition.withGradient(
        y, List.of(x), dy -> List.of(dy.sub(sd.math.exp(y).mul(dy.sum(true, 1)))));
  }

  /**
   * {@code ds = p (dp - sum p dp)}.
   *
   * @param p the softmax's output
   * @param dp gradient with respect to the output
   * @return gradient with respect to the input
   */
  public static SDVariable gradient(Definition definition, SDVariable p, SDVariable dp) {
    SDVariable weighted = p.mul(dp);
    SDVariable ds = weighted.sub(p.mul(weighted.sum(true, -1)));
    definition.group(new Operation.SoftmaxGradient(), List.of(p, dp), List.of(ds));
    return ds;
  }
}
