package org.flsl.training;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * What one training step was like.
 *
 * @param iteration the step, from 0
 * @param epoch the epoch, from 0
 * @param total the objective
 * @param terms its terms by their names, unweighted and in their order
 * @param learningRate learning rate of this step
 * @param weightDecay weight decay of this step
 * @param momentum the teacher's momentum of this step
 * @param teacherTemperature the teacher's temperature of this step
 * @param gradientNorm norm of the whole gradient before clipping
 * @param assignmentEntropy entropy of the student's mean assignment in nats, at most ln K
 * @param usedCentroids centroids that are the likeliest one of at least one query
 * @param featureSpread {@code sqrt(1 - |mean of the queries scaled to length one|^2)}: 0 if all
 *     queries point the same way, 1 if they point everywhere
 * @param placeShare {@link PlaceShare} of the teacher's tokens; NaN for a single image
 */
public record StepMetrics(
    int iteration,
    int epoch,
    double total,
    Map<String, Double> terms,
    double learningRate,
    double weightDecay,
    double momentum,
    double teacherTemperature,
    double gradientNorm,
    double assignmentEntropy,
    int usedCentroids,
    double featureSpread,
    double placeShare) {

  /** Copies. */
  public StepMetrics {
    terms = Collections.unmodifiableMap(new LinkedHashMap<>(terms));
  }

  /** Whether every number is finite. */
  public boolean isFinite() {
    return Double.isFinite(total) && Double.isFinite(gradientNorm);
  }
}
