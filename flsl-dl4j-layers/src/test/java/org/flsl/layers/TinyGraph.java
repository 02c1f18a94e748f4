package org.flsl.layers;

import java.util.Random;
import java.util.function.Consumer;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration.GraphBuilder;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.MultiDataSet;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.learning.config.Adam;

/** Small graphs and seeded arrays for tests. */
public final class TinyGraph {
  private TinyGraph() {}

  /** A graph with random parameters, so large that no gradient vanishes for want of size. */
  public static ComputationGraph of(DataType type, Consumer<GraphBuilder> content) {
    ComputationGraph graph = plain(type, content);
    INDArray noise = random(type, 11, graph.params().shape()).muli(0.3);
    graph.params().addi(noise);
    return graph;
  }

  /** A graph with the parameters that its layers begin with. */
  public static ComputationGraph plain(DataType type, Consumer<GraphBuilder> content) {
    GraphBuilder builder = settings(type).graphBuilder();
    content.accept(builder);
    ComputationGraph graph = new ComputationGraph(builder.build());
    graph.init();
    return graph;
  }

  /** The settings of these graphs. */
  public static NeuralNetConfiguration.Builder settings(DataType type) {
    return new NeuralNetConfiguration.Builder()
        .dataType(type)
        .seed(2)
        .updater(new Adam(0.01))
        .miniBatch(false);
  }

  /** Standard normal numbers that depend on the seed alone. */
  public static INDArray random(DataType type, long seed, long... shape) {
    Random random = new Random(seed);
    INDArray array = Nd4j.create(type, shape);
    for (long i = 0; i < array.length(); i++) {
      array.putScalar(i, random.nextGaussian());
    }
    return array;
  }

  /** Standard normal numbers in double precision. */
  public static INDArray random(long seed, long... shape) {
    return random(DataType.DOUBLE, seed, shape);
  }

  /** A batch for a graph whose loss needs no labels. */
  public static MultiDataSet batch(INDArray... inputs) {
    INDArray labels = Nd4j.zeros(inputs[0].dataType(), inputs[0].size(0), 1);
    return new MultiDataSet(inputs, new INDArray[] {labels});
  }

  /** Selects the given tokens, the same for every image. */
  public static INDArray selector(DataType type, int batch, int tokens, int... picked) {
    INDArray selector = Nd4j.zeros(type, batch, picked.length, tokens);
    for (int b = 0; b < batch; b++) {
      for (int query = 0; query < picked.length; query++) {
        selector.putScalar(new int[] {b, query, picked[query]}, 1);
      }
    }
    return selector;
  }
}
