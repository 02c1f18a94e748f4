package org.flsl.layers.samediff;

import java.util.List;
import org.flsl.layers.kernels.Operation;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;

/**
 * Layer normalisation of rows, {@code y = gain (x - mean) / sqrt(variance + eps) + bias}.
 *
 * <p>ND4J's {@code layerNorm} has no eps, so that a constant token gives NaN; hence this one.
 */
public final class LayerNorm {
  private LayerNorm() {}

  /**
   * Normalises every row.
   *
   * @param x {@code [rows, width]}
   * @param gain {@code [width]}
   * @param bias {@code [width]}
   * @param eps added to the variance
   * @return {@code [rows, width]}
   */
  public static SDVariable apply(
      Definition definition, SDVariable x, SDVariable gain, SDVariable bias, double eps) {
    SameDiff sd = definition.sameDiff();
    SDVariable mean = x.mean(true, 1);
    SDVariable centred = x.sub(mean);
    SDVariable variance = sd.math.square(centred).mean(true, 1);
    SDVariable scale = sd.math.reciprocal(sd.math.sqrt(variance.add(eps)));
    SDVariable normalised = centred.mul(scale);
    SDVariable y = normalised.mul(gain).add(bias);
    definition.group(
        new Operation.LayerNorm(eps), List.of(x, gain, bias), List.of(y, mean, variance));
    return definition.withGradient(
        y,
        List.of(x, gain, bias),
        dy -> {
          SDVariable dn = dy.mul(gain);
          SDVariable along = dn.mul(normalised).mean(true, 1);
          SDVariable dx = dn.sub(dn.mean(true, 1)).sub(normalised.mul(along)).mul(scale);
          List<SDVariable> gradients = List.of(dx, dy.mul(normalised).sum(0), dy.sum(0));
          definition.group(
              new Operation.LayerNormGradient(eps),
              List.of(dy, x, mean, variance, gain),
              gradients);
          return gradients;
        });
  }
}
