package org.flsl.layers.samediff;

import java.util.List;
import org.flsl.layers.kernels.Operation;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;

/**
 * GELU in its exact form, {@code x Phi(x)} with {@code Phi(x) = (1 + erf(x / sqrt 2)) / 2}.
 *
 * <p>ND4J's {@code gelu} is the sigmoid approximation (0.8458 at 1 instead of 0.8413), and the
 * gradient of its {@code preciseGelu} does not belong to its value; hence this one.
 */
public final class ExactGelu {
  private static final double SQRT_2 = Math.sqrt(2);
  private static final double SQRT_2_PI = Math.sqrt(2 * Math.PI);

  private ExactGelu() {}

  /** Applies the function element by element. */
  public static SDVariable apply(Definition definition, SDVariable x) {
    SameDiff sd = definition.sameDiff();
    SDVariable cdf = sd.math.erf(x.mul(1 / SQRT_2)).add(1).mul(0.5);
    SDVariable y = x.mul(cdf);
    definition.group(new Operation.Gelu(), List.of(x), List.of(y));
    return definition.withGradient(
        y,
        List.of(x),
        dy -> {
          SDVariable density = sd.math.exp(sd.math.square(x).mul(-0.5)).mul(1 / SQRT_2_PI);
          SDVariable dx = dy.mul(cdf.add(x.mul(density)));
          definition.group(new Operation.GeluGradient(), List.of(x, dy), List.of(dx));
          return List.of(dx);
        });
  }
}
