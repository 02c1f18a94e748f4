package org.flsl.downstream;

import java.util.ArrayList;
import java.util.List;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.conf.GradientNormalization;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.flsl.layers.BackboneGraph;
import org.flsl.layers.internal.GeneratedBuilder;
import org.flsl.schedules.CosineSchedule;
import org.flsl.training.AdamW;
import org.flsl.training.BackboneLearning;
import org.flsl.training.DecoupledWeightDecay;
import org.immutables.value.Value;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.schedule.FixedSchedule;
import org.nd4j.linalg.schedule.ISchedule;

/**
 * How a backbone and its head learn a task: AdamW along a cosine with warm-up, and how much of it
 * reaches the backbone; immutable.
 */
@Value.Immutable
@GeneratedBuilder
public abstract class FineTuning {
  FineTuning() {}

  /** Starts from the defaults; iterations are required. */
  public static Builder builder() {
    return new Builder();
  }

  /** A builder that starts from these values. */
  public Builder toBuilder() {
    return builder().from(this);
  }

  /** Steps of the whole training; required, the schedules end there. */
  @Value.Default
  public int iterations() {
    return 0;
  }

  /** Learning rate of the head after the warm-up; default 0.0005. */
  @Value.Default
  public double learningRate() {
    return 5e-4;
  }

  /** Learning rate at the end; default 0. */
  @Value.Default
  public double minLearningRate() {
    return 0;
  }

  /** Share of the iterations in which the learning rate rises; default 0.1. */
  @Value.Default
  public double warmupFraction() {
    return 0.1;
  }

  /** Weight decay of matrices; default 0.05. */
  @Value.Default
  public double weightDecay() {
    return 0.05;
  }

  /** Largest norm of the gradient of a parameter tensor; 0 for any; default 1. */
  @Value.Default
  public double clipNorm() {
    return 1;
  }

  /** Whether the whole backbone stays as it is; default no. */
  @Value.Default
  public boolean frozen() {
    return false;
  }

  /** Blocks of the backbone that stay as they are, from the entrance on; default none. */
  @Value.Default
  public int frozenBlocks() {
    return 0;
  }

  /**
   * Factor of the learning rate for each block that a layer of the backbone is away from the head;
   * default 0.75, 1 for a network that begins at random.
   */
  @Value.Default
  public double layerDecay() {
    return 0.75;
  }

  /** Seed of weights and random masks; default 1. */
  @Value.Default
  public long seed() {
    return 1;
  }

  /** Type of all numbers, FLOAT or DOUBLE; default FLOAT. */
  @Value.Default
  public DataType dataType() {
    return DataType.FLOAT;
  }

  /** The learning rate of the head by iteration. */
  public ISchedule learningRateSchedule() {
    return new CosineSchedule(
        learningRate(), minLearningRate(), (int) (warmupFraction() * iterations()), iterations());
  }

  /** The settings of the whole network. */
  NeuralNetConfiguration.Builder settings() {
    NeuralNetConfiguration.Builder settings =
        new NeuralNetConfiguration.Builder()
            .seed(seed())
            .dataType(dataType())
            .updater(new AdamW(learningRateSchedule()))
            .regularization(
                new ArrayList<>(
                    List.of(new DecoupledWeightDecay(new FixedSchedule(weightDecay())))))
            .miniBatch(false);
    if (clipNorm() > 0) {
      settings
          .gradientNormalization(GradientNormalization.ClipL2PerParamType)
          .gradientNormalizationThreshold(clipNorm());
    }
    return settings;
  }

  /** Writes into a configuration how much its backbone learns. */
  void limit(ComputationGraphConfiguration training, BackboneGraph backbone) {
    if (frozen()) {
      return;
    }
    BackboneLearning learning = new BackboneLearning(training, backbone);
    if (layerDecay() < 1) {
      learning.slowDown(learningRateSchedule(), layerDecay());
    }
    if (frozenBlocks() > 0) {
      learning.freeze(frozenBlocks());
    }
  }

  @Value.Check
  void check() {
    check(iterations() >= 1, "iterations must be at least 1, got " + iterations());
    check(
        learningRate() > 0 && Double.isFinite(learningRate()),
        "learningRate must be positive and finite, got " + learningRate());
    check(
        minLearningRate() >= 0 && minLearningRate() <= learningRate(),
        "minLearningRate must be from 0 to the learning rate, got " + minLearningRate());
    check(
        warmupFraction() >= 0 && warmupFraction() < 1,
        "warmupFraction must be from 0 to less than 1, got " + warmupFraction());
    check(
        weightDecay() >= 0 && Double.isFinite(weightDecay()),
        "weightDecay must be at least 0 and finite, got " + weightDecay());
    check(
        clipNorm() >= 0 && Double.isFinite(clipNorm()),
        "clipNorm must be at least 0 and finite, got " + clipNorm());
    check(frozenBlocks() >= 0, "frozenBlocks must be at least 0, got " + frozenBlocks());
    check(
        layerDecay() > 0 && layerDecay() <= 1,
        "layerDecay must be above 0 and at most 1, got " + layerDecay());
    check(
        dataType() == DataType.FLOAT || dataType() == DataType.DOUBLE,
        "dataType must be FLOAT or DOUBLE, got " + dataType());
    // DL4J takes a seed of zero for none and draws from the clock.
    check(seed() != 0, "seed must be another number than 0");
  }

  private static void check(boolean right, String otherwise) {
    if (!right) {
      throw new IllegalArgumentException("Fine-tuning: " + otherwise);
    }
  }

  /** Builds a {@link FineTuning}. */
  public static final class Builder extends ImmutableFineTuning.Builder {
    Builder() {}
  }
}
