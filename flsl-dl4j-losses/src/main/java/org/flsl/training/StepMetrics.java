package org.flsl.training;

import java.io.Serializable;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.ToDoubleFunction;

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
    double placeShare)
    implements Serializable {

  /** Copies. */
  public StepMetrics {
    terms = Collections.unmodifiableMap(new LinkedHashMap<>(terms));
  }

  /**
   * What a step was like that several workers took together, each on its part of the batch: means
   * over them.
   *
   * @param workers at least one, of the same step
   */
  public static StepMetrics mean(List<StepMetrics> workers) {
    StepMetrics first = workers.get(0);
    Map<String, Double> terms = new LinkedHashMap<>();
    first.terms.keySet().forEach(name -> terms.put(name, mean(workers, w -> w.terms.get(name))));
    return new StepMetrics(
        first.iteration,
        first.epoch,
        mean(workers, StepMetrics::total),
        terms,
        first.learningRate,
        first.weightDecay,
        first.momentum,
        first.teacherTemperature,
        mean(workers, StepMetrics::gradientNorm),
        mean(workers, StepMetrics::assignmentEntropy),
        (int) Math.round(mean(workers, StepMetrics::usedCentroids)),
        mean(workers, StepMetrics::featureSpread),
        mean(workers, StepMetrics::placeShare));
  }

  private static double mean(List<StepMetrics> workers, ToDoubleFunction<StepMetrics> figure) {
    return workers.stream().mapToDouble(figure).average().orElseThrow();
  }

  /** Whether every number is finite. */
  public boolean isFinite() {
    return Double.isFinite(total) && Double.isFinite(gradientNorm);
  }
}
