package org.flsl.evaluation;

import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.deeplearning4j.nn.conf.MultiLayerConfiguration;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.flsl.layers.kernels.OneThread;
import org.flsl.schedules.CosineSchedule;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.learning.config.Adam;
import org.nd4j.linalg.lossfunctions.impl.LossMCXENT;

/**
 * A linear classifier of frozen features, an output layer of DL4J: what the features say in
 * straight lines.
 *
 * <p>{@code softmax(W (x - mean) / std + b)}, cross entropy, Adam with a learning rate that falls
 * to zero along a cosine, a fixed number of steps of drawn batches. Mean and standard deviation are
 * those of the features trained on.
 */
public final class LinearProbe implements TokenClassifier {
  private static final String WEIGHT = "0_W";
  private static final String BIAS = "0_b";

  private final MultiLayerNetwork network;
  private final Standardisation standardisation;
  private final int classes;

  private LinearProbe(MultiLayerNetwork network, Standardisation standardisation, int classes) {
    this.network = network;
    this.standardisation = standardisation;
    this.classes = classes;
  }

  /** Starts a training with the usual settings. */
  public static Training training() {
    return new Training(1000, 1024, 0.005, false, 1);
  }

  @Override
  public int classes() {
    return classes;
  }

  @Override
  public float[] scores(INDArray tokens) {
    try (INDArray input = standardisation.applied(tokens);
        INDArray output = network.output(input)) {
      return HeapCopy.of(output);
    }
  }

  /**
   * How a probe is trained; never changes, each setter gives another one.
   *
   * @param steps steps of training, at least 1; default 1000
   * @param batch vectors per step; default 1024
   * @param learningRate of the first step; default 0.005
   * @param balanced whether each class weighs alike in the cross entropy, however rare it is,
   *     rather than each vector; default false
   * @param seed of weights and batches; default 1
   */
  public record Training(int steps, int batch, double learningRate, boolean balanced, long seed) {

    /** Refuses what cannot be trained. */
    public Training {
      if (steps < 1) {
        throw new IllegalArgumentException("A probe needs at least one step, got " + steps);
      }
      if (batch < 1) {
        throw new IllegalArgumentException(
            "A probe needs at least one vector a step, got " + batch);
      }
      if (!(learningRate > 0 && Double.isFinite(learningRate))) {
        throw new IllegalArgumentException(
            "A probe's learning rate must be above 0 and finite, got " + learningRate);
      }
    }

    /** The same with another number of steps. */
    public Training steps(int steps) {
      return new Training(steps, batch, learningRate, balanced, seed);
    }

    /** The same with other batches. */
    public Training batch(int batch) {
      return new Training(steps, batch, learningRate, balanced, seed);
    }

    /** The same with another learning rate. */
    public Training learningRate(double learningRate) {
      return new Training(steps, batch, learningRate, balanced, seed);
    }

    /** The same with classes that weigh alike, or not. */
    public Training balanced(boolean balanced) {
      return new Training(steps, batch, learningRate, balanced, seed);
    }

    /** The same with another seed. */
    public Training seed(long seed) {
      return new Training(steps, batch, learningRate, balanced, seed);
    }

    /** Trains a probe. */
    public LinearProbe fit(LabelledTokens known) {
      Standardisation standardisation = Standardisation.of(known.tokens());
      MultiLayerNetwork network = new MultiLayerNetwork(configuration(known));
      network.init();
      try (INDArray input = standardisation.applied(known.tokens())) {
        OneThread.run(() -> fit(network, input, known));
      }
      return new LinearProbe(network, standardisation, known.classes());
    }

    private MultiLayerConfiguration configuration(LabelledTokens known) {
      return new NeuralNetConfiguration.Builder()
          .seed(seed == 0 ? Long.MIN_VALUE : seed)
          .list()
          .layer(
              new OutputLayer.Builder(new LossMCXENT())
                  .nIn(known.tokens().size(1))
                  .nOut(known.classes())
                  .activation(Activation.SOFTMAX)
                  .build())
          .build();
    }

    /**
     * What a vector of each class weighs: one, or in inverse proportion to how often the class
     * occurs; classes that do not occur weigh nothing.
     */
    private float[] importance(LabelledTokens known) {
      float[] importance = new float[known.classes()];
      if (!balanced) {
        Arrays.fill(importance, 1);
        return importance;
      }
      for (int label : known.labels()) {
        importance[label]++;
      }
      int present = 0;
      for (float count : importance) {
        present += count > 0 ? 1 : 0;
      }
      for (int label = 0; label < importance.length; label++) {
        importance[label] =
            importance[label] == 0 ? 0 : known.labels().length / (importance[label] * present);
      }
      return importance;
    }

    private void fit(MultiLayerNetwork network, INDArray input, LabelledTokens known) {
      float[] importance = importance(known);
      SplittableRandom random = new SplittableRandom(seed);
      int[] order = IntStream.range(0, known.labels().length).toArray();
      int size = Math.min(batch, order.length);
      int next = order.length;
      try (RowGather gather = new RowGather(input, size);
          SoftmaxRegression regression =
              new SoftmaxRegression(
                  network.getParam(WEIGHT).transpose(),
                  network.getParam(BIAS),
                  new Adam(new CosineSchedule(learningRate, 0, 0, steps)),
                  size)) {
        for (int step = 0; step < steps; step++) {
          if (next + size > order.length) {
            LabelledTokens.shuffle(order, random);
            next = 0;
          }
          int[] labels =
              Arrays.stream(order, next, next + size).map(row -> known.labels()[row]).toArray();
          regression.step(gather.of(order, next, next + size), labels, importance, step);
          next += size;
        }
        network.setParam(WEIGHT, regression.weights().transpose());
        network.setParam(BIAS, regression.bias());
      }
    }
  }
}
