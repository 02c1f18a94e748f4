package org.flsl.training;

import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.learning.regularization.Regularization;
import org.nd4j.linalg.learning.regularization.WeightDecay;
import org.nd4j.linalg.schedule.ISchedule;
import org.nd4j.shade.jackson.annotation.JsonProperty;

/**
 * Weight decay apart from the loss, {@code w -= lr coeff w}, as in AdamW.
 *
 * <p>Unlike DL4J's {@link WeightDecay} it adds nothing to the score: the score of an FLSL graph is
 * the objective.
 */
public final class DecoupledWeightDecay extends WeightDecay {

  /** Decays with the given coefficient, times the learning rate. */
  public DecoupledWeightDecay(@JsonProperty("coeff") ISchedule coefficient) {
    super(coefficient, true);
  }

  /** The coefficient of an iteration. */
  double coefficient(int iteration, int epoch) {
    return coeff.valueAt(iteration, epoch);
  }

  @Override
  public double score(INDArray param, int iteration, int epoch) {
    return 0;
  }

  @Override
  public Regularization clone() {
    return new DecoupledWeightDecay(coeff.clone());
  }
}
