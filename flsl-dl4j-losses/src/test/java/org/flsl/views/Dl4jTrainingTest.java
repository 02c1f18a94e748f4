package org.flsl.views;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration.GraphBuilder;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.graph.ElementWiseVertex;
import org.deeplearning4j.nn.conf.graph.ElementWiseVertex.Op;
import org.deeplearning4j.nn.conf.layers.GlobalPoolingLayer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.conf.layers.PoolingType;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.lossfunctions.LossFunctions.LossFunction;

/** DL4J's own training loop takes the iterator as it is. */
class Dl4jTrainingTest {

  private static final ViewConfig VIEWS =
      ViewConfig.builder().globalSize(24).localSize(16).patch(8).build();

  @TempDir Path folder;

  private static ComputationGraph graph() {
    GraphBuilder graph = new NeuralNetConfiguration.Builder().seed(1).graphBuilder();
    List<String> pools = new ArrayList<>();
    for (String input : VIEWS.inputNames()) {
      graph.addInputs(input);
      graph.addLayer("pool-" + input, new GlobalPoolingLayer(PoolingType.AVG), input);
      pools.add("pool-" + input);
    }
    OutputLayer output =
        new OutputLayer.Builder(LossFunction.MSE)
            .activation(Activation.IDENTITY)
            .nIn(3)
            .nOut(1)
            .build();
    // Pooled over the tokens, the three queries look like the three channels of the views.
    graph
        .addVertex("sum", new ElementWiseVertex(Op.Add), pools.toArray(String[]::new))
        .addLayer("output", output, "sum")
        .setOutputs("output");
    ComputationGraph network = new ComputationGraph(graph.build());
    network.init();
    return network;
  }

  @Test
  void fitRunsWholeEpochsAndLearnsTheSameTwice() {
    ImageFolder images = new PhotoFolder(folder).withPhotos(7).scan();
    List<Double> scores = new ArrayList<>();
    for (boolean reuse : new boolean[] {false, true}) {
      ComputationGraph network = graph();
      try (MultiViewIterator views =
          MultiViewIterator.builder()
              .images(images)
              .views(VIEWS)
              .batchSize(2)
              .reuseArrays(reuse)
              .build()) {
        network.fit(views, 3);

        assertEquals(3 * 3, network.getIterationCount(), "3 epochs of 3 batches");
        assertEquals(2, views.epoch(), "epochs 0, 1 and 2");
        assertFalse(views.hasNext());
      }
      assertTrue(Double.isFinite(network.score()) && network.score() > 0, "score");
      scores.add(network.score());
    }
    assertEquals(scores.get(0), scores.get(1));
  }
}
