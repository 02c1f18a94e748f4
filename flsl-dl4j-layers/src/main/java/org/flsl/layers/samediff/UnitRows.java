package org.flsl.layers.samediff;

import java.util.List;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;

/** Rows scaled to length one, {@code y = x / max(|x|, eps)}. */
public final class UnitRows {
  private static final double EPS = 1e-12;

  private UnitRows() {}

  /**
   * Normalises every row.
   *
   * @param x {@code [rows, width]}
   * @return {@code [rows, width]}
   */
  public static SDVariable apply(Definition definition, SDVariable x) {
    SameDiff sd = definition.sameDiff();
    SDVariable length = sd.math.sqrt(sd.math.square(x).sum(true, 1));
    SDVariable scale = sd.math.reciprocal(sd.math.max(length, definition.constant(EPS)));
    SDVariable y = x.mul(scale);
    return definition.withGradient(
        y, List.of(x), dy -> List.of(dy.sub(y.mul(dy.mul(y).sum(true, 1))).mul(scale)));
  }
}
