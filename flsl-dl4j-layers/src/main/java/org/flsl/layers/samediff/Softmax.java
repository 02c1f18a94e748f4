package org.flsl.layers.samediff;

import org.nd4j.autodiff.samediff.SDVariable;

/** The gradient of a softmax along the last axis, from its output. */
public final class Softmax {
  private Softmax() {}

  /**
   * {@code ds = p (dp - sum p dp)}.
   *
   * @param p the softmax's output
   * @param dp gradient with respect to the output
   * @return gradient with respect to the input
   */
  public static SDVariable gradient(Definition definition, SDVariable p, SDVariable dp) {
    SDVariable weighted = p.mul(dp);
    return weighted.sub(p.mul(weighted.sum(true, -1)));
  }
}
