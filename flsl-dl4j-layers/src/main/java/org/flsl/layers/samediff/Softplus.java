package org.flsl.layers.samediff;

import java.util.List;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;

/**
 * {@code log(1 + exp(x))}: positive, and nearly {@code x} where that is large.
 *
 * <p>ND4J's own overflows for large {@code x}; hence this one.
 */
public final class Softplus {
  private Softplus() {}

  /** Applies the function element by element. */
  public static SDVariable apply(Definition definition, SDVariable x) {
    SameDiff sd = definition.sameDiff();
    SDVariable small = sd.math.log1p(sd.math.exp(sd.math.abs(x).neg()));
    SDVariable y = sd.nn.relu(x, 0).add(small);
    return definition.withGradient(y, List.of(x), dy -> List.of(dy.mul(sd.nn.sigmoid(x))));
  }
}
