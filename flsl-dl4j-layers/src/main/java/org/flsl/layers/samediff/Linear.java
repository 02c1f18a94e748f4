package org.flsl.layers.samediff;

import java.util.List;
import org.flsl.layers.kernels.Operation;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;

/** The affine map {@code y = x W + b} on rows. */
public final class Linear {
  private Linear() {}

  /**
   * Applies the map.
   *
   * @param x {@code [rows, in]}
   * @param weight {@code [in, out]}
   * @param bias {@code [out]}
   * @return {@code [rows, out]}
   */
  public static SDVariable apply(
      Definition definition, SDVariable x, SDVariable weight, SDVariable bias) {
    SameDiff sd = definition.sameDiff();
    SDVariable y = sd.nn.linear(x, weight, bias);
    definition.group(new Operation.Linear(), List.of(x, weight, bias), List.of(y));
    return definition.withGradient(
        y,
        List.of(x, weight, bias),
        dy ->
            List.of(
                sd.mmul(dy, weight, false, true, false),
                sd.mmul(x, dy, true, false, false),
                dy.sum(0)));
  }
}
