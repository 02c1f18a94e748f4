package org.flsl.training;

import java.util.Arrays;
import java.util.BitSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Consumer;
import org.deeplearning4j.nn.api.Model;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.optimize.api.BaseTrainingListener;
import org.flsl.layers.samediff.BatchPart;
import org.flsl.losses.FlslLosses;
import org.flsl.losses.LossTerm;
import org.flsl.losses.Volume;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.ops.transforms.Transforms;

/**
 * Observes an FLSL graph and hands the figures of every step to a consumer.
 *
 * <p>Add it with {@code graph.addListeners}; it changes nothing. Where a batch comes in parts
 * ({@link GradientAccumulation}), the figures are those of the whole batch; the share of place is
 * the mean over the parts, each of which has to be of several images to have one.
 */
public final class MetricsListener extends BaseTrainingListener {
  private static final LossTerm VOLUME = new Volume();

  private final FlslConfig config;
  private final Consumer<StepMetrics> consumer;
  private String teacherFeatures;
  private Seen seen;
  private double gradientNorm;

  /** Observes a training with the given configuration. */
  public MetricsListener(FlslConfig config, Consumer<StepMetrics> consumer) {
    this.config = Objects.requireNonNull(config, "config");
    this.consumer = Objects.requireNonNull(consumer, "consumer");
  }

  @Override
  public void onForwardPass(Model model, Map<String, INDArray> activations) {
    ComputationGraph graph = (ComputationGraph) model;
    if (BatchPart.of(graph.getVertex(FlslGraph.LOSSES)).first() == 0) {
      seen = new Seen(terms(graph));
    }
    double temperature =
        config
            .studentTemperature()
            .over(config.iterations())
            .valueAt(graph.getIterationCount(), graph.getEpochCount());
    seen.terms(activations.get(FlslGraph.LOSSES));
    seen.assignment(activations.get(FlslGraph.STUDENT + FlslGraph.PROTOTYPES), temperature);
    seen.features(activations.get(FlslGraph.QUERIES));
    seen.places(activations.get(teacherFeatures(graph)));
  }

  private String teacherFeatures(ComputationGraph graph) {
    if (teacherFeatures == null) {
      teacherFeatures = FlslGraph.teacher(graph.getConfiguration()).features();
    }
    return teacherFeatures;
  }

  private static List<LossTerm> terms(ComputationGraph graph) {
    return ((FlslLosses) graph.getConfiguration().getVertices().get(FlslGraph.LOSSES)).terms();
  }

  /** What the forward passes of one step show: one, or one for each part of the batch. */
  private final class Seen {
    private final List<LossTerm> objective;
    private int parts;
    private final Map<String, Double> sums = new LinkedHashMap<>();
    private INDArray assignment;
    private final BitSet used = new BitSet();
    private INDArray direction;
    private double places;

    Seen(List<LossTerm> objective) {
      this.objective = objective;
    }

    void terms(INDArray values) {
      parts++;
      int place = 0;
      for (LossTerm term : objective) {
        sums.merge(term.name(), values.getDouble(place++), Double::sum);
      }
    }

    /** Their means over the parts. */
    Map<String, Double> terms() {
      Map<String, Double> means = new LinkedHashMap<>(sums);
      means.replaceAll((term, sum) -> sum / parts);
      return means;
    }

    void assignment(INDArray logits, double temperature) {
      if (!volumeTellsEntropy()) {
        assignment = sum(assignment, FlslLosses.meanAssignment(logits, temperature));
      }
      INDArray rows = logits.reshape('c', -1, logits.size(2));
      Arrays.stream(rows.argMax(1).toIntVector()).forEach(used::set);
    }

    void features(INDArray queries) {
      INDArray rows = queries.reshape('c', -1, queries.size(2));
      direction = sum(direction, rows.divColumnVector(rows.norm2(1)).mean(0));
    }

    void places(INDArray tokens) {
      places += PlaceShare.of(tokens);
    }

    private INDArray sum(INDArray before, INDArray ofPart) {
      return before == null ? ofPart : before.addi(ofPart);
    }

    /** The term is ln K - H for a uniform prior; for any other the entropy is computed here. */
    private boolean volumeTellsEntropy() {
      return config.prior().isEmpty() && objective.contains(VOLUME);
    }

    double entropy() {
      if (volumeTellsEntropy()) {
        return Math.log(config.centroids()) - terms().get(VOLUME.name());
      }
      INDArray mean = assignment.div(parts);
      return -mean.mul(Transforms.log(mean.add(1e-30))).sumNumber().doubleValue();
    }

    double spread() {
      double length = direction.norm2Number().doubleValue() / parts;
      return Math.sqrt(Math.max(0, 1 - length * length));
    }
  }

  @Override
  public void onGradientCalculation(Model model) {
    if (OnePassUpdater.of((ComputationGraph) model)
        .filter(OnePassUpdater::expectsStep)
        .isPresent()) {
      return;
    }
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
    OnePassUpdater.of((ComputationGraph) model)
        .filter(OnePassUpdater::tookStep)
        .ifPresent(updater -> gradientNorm = updater.gradientNorm());
    consumer.accept(
        new StepMetrics(
            iteration,
            epoch,
            model.score(),
            seen.terms(),
            config.learningRateSchedule().valueAt(iteration, epoch),
            config.weightDecaySchedule().valueAt(iteration, epoch),
            config.momentumSchedule().valueAt(iteration, epoch),
            config.teacherTemperatureSchedule().valueAt(iteration, epoch),
            gradientNorm,
            seen.entropy(),
            seen.used.cardinality(),
            seen.spread(),
            seen.places / seen.parts));
  }
}
