package org.flsl.losses;

import java.util.Arrays;
import org.flsl.layers.samediff.Definition;
import org.flsl.schedules.Scheduled;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;
import org.nd4j.linalg.factory.Nd4j;

/** {@code KL(mean P_s || prior)}, which keeps all clusters in use; {@code 0 log 0 = 0}. */
public final class Volume extends LossTerm {

  /** For the service loader. */
  public Volume() {
    super(
        "volume",
        "gamma",
        Scheduled.constant(5),
        "the volume term, which keeps the centroids in use");
  }

  @Override
  public String meaning(int centroids) {
    return "How far the mean assignment is from using all centroids alike; 0 is even.";
  }

  @Override
  public SDVariable define(TermInputs inputs) {
    Definition d = inputs.definition();
    SameDiff sd = d.sameDiff();
    SDVariable mean = inputs.meanAssignment();
    double tiny = d.dataType().width() == 8 ? Double.MIN_NORMAL : Float.MIN_NORMAL;
    SDVariable negativeEntropy = mean.mul(sd.math.log(sd.math.max(mean, d.constant(tiny)))).sum();
    double[] prior = inputs.prior();
    if (prior == null) {
      return negativeEntropy.add(Math.log(inputs.centroids()));
    }
    double[] logPrior = Arrays.stream(prior).map(Math::log).toArray();
    SDVariable log = sd.constant(Nd4j.createFromArray(logPrior).castTo(d.dataType()));
    return negativeEntropy.sub(mean.mul(log).sum());
  }
}
