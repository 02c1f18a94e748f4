package org.flsl.training;

import java.util.Arrays;
import java.util.Map;
import java.util.function.Consumer;
import org.deeplearning4j.nn.api.Model;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.optimize.api.BaseTrainingListener;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.ops.transforms.Transforms;

/**
 * Observes an FLSL graph and hands the figures of every step to a consumer.
 *
 * <p>Add it with {@code graph.addListeners}; it changes nothing.
 */
public final class MetricsListener extends BaseTrainingListener {
  private final FlslConfig config;
  private final Consumer<StepMetrics> consumer;
  private double intra;
  private double inter;
  private double volume;
  private double entropy;
  private int used;
  private double spread;
  private double gradientNorm;

  /** Observes a training with the given configuration. */
  public MetricsListener(FlslConfig config, Consumer<StepMetrics> consumer) {
    this.config = config;
    this.consumer = consumer;
  }

  @Override
  public void onForwardPass(Model model, Map<String, INDArray> activations) {
    INDArray terms = activations.get(FlslGraph.LOSSES);
    intra = terms.getDouble(0);
    inter = terms.getDouble(1);
    volume = terms.getDouble(2);
    ComputationGraph graph = (ComputationGraph) model;
    double temperature =
        config
            .studentTemperature()
            .over(config.iterations())
            .valueAt(graph.getIterationCount(), graph.getEpochCount());
    observeAssignment(activations.get(FlslGraph.STUDENT + FlslGraph.PROTOTYPES), temperature);
    observeFeatures(activations.get(FlslGraph.QUERIES));
  }

  private void observeAssignment(INDArray logits, double temperature) {
    INDArray rows = logits.reshape('c', -1, logits.size(2));
    // The volume term is ln K - H for a uniform prior; for any other the entropy is computed here.
    if (config.prior().isEmpty()) {
      entropy = Math.log(config.centroids()) - volume;
    } else {
      INDArray mean = Nd4j.nn().softmax(rows.div(temperature), 1).mean(0);
      entropy = -mean.mul(Transforms.log(mean.add(1e-30))).sumNumber().doubleValue();
    }
    used = (int) Arrays.stream(rows.argMax(1).toLongVector()).distinct().count();
  }

  private void observeFeatures(INDArray queries) {
    INDArray rows = queries.reshape('c', -1, queries.size(2));
    INDArray mean = rows.divColumnVector(rows.norm2(1)).mean(0);
    double length = mean.norm2Number().doubleValue();
    spread = Math.sqrt(Math.max(0, 1 - length * length));
  }

  @Override
  public void onGradientCalculation(Model model) {
    // One by one: the array of all gradients contains the frozen teacher's zeros, half of it.
    double squares = 0;
    for (Map.Entry<String, INDArray> e : model.gradient().gradientForVariable().entrySet()) {
      if (!e.getKey().startsWith(FlslGraph.TEACHER)) {
        double norm = e.getValue().norm2Number().doubleValue();
        squares += norm * norm;
      }
    }
    gradientNorm = Math.sqrt(squares);
  }

  @Override
  public void iterationDone(Model model, int iteration, int epoch) {
    consumer.accept(
        new StepMetrics(
            iteration,
            epoch,
            model.score(),
            intra,
            inter,
            volume,
            config.learningRateSchedule().valueAt(iteration, epoch),
            config.weightDecaySchedule().valueAt(iteration, epoch),
            config.momentumSchedule().valueAt(iteration, epoch),
            config.teacherTemperatureSchedule().valueAt(iteration, epoch),
            gradientNorm,
            entropy,
            used,
            spread));
  }
}
