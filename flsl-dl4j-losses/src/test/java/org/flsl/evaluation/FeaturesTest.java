package org.flsl.evaluation;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.ConvolutionLayer;
import org.deeplearning4j.nn.conf.layers.GlobalPoolingLayer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.flsl.evaluation.data.ImageSize;
import org.flsl.layers.TokenGrid;
import org.flsl.layers.vit.VitBackbone;
import org.flsl.layers.vit.VitConfig;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

class FeaturesTest {

  static ComputationGraph vit() {
    VitConfig config =
        VitConfig.builder().width(16).heads(2).depth(2).patch(8).imageSize(32).build();
    ComputationGraph graph =
        new ComputationGraph(
            VitBackbone.of(config)
                .standalone(new NeuralNetConfiguration.Builder().seed(1), 32, 32));
    graph.init();
    return graph;
  }

  private static ComputationGraph convolutional() {
    ComputationGraph graph =
        new ComputationGraph(
            new NeuralNetConfiguration.Builder()
                .seed(1)
                .graphBuilder()
                .addInputs("photo")
                .addLayer(
                    "maps",
                    new ConvolutionLayer.Builder(4, 4).stride(4, 4).nOut(5).build(),
                    "photo")
                .addLayer("pool", new GlobalPoolingLayer(), "maps")
                .addLayer("classes", new OutputLayer.Builder().nOut(3).build(), "pool")
                .setOutputs("classes")
                .setInputTypes(InputType.convolutional(16, 16, 3))
                .build());
    graph.init();
    return graph;
  }

  private static INDArray images(int height, int width) {
    Nd4j.getRandom().setSeed(6);
    return Nd4j.randn(DataType.FLOAT, 2, 3, height, width);
  }

  @Test
  void aTransformerTakesImagesThatAreLargerAndNotSquare() {
    GraphFeatures features = GraphFeatures.of(vit());
    assertEquals(new ImageSize(40, 64), features.fit(new ImageSize(47, 65)));
    assertEquals(new TokenGrid(5, 8), features.grid(new ImageSize(40, 64)));
    INDArray tokens = features.tokens(images(40, 64));
    assertEquals("[2, 40, 16]", Arrays.toString(tokens.shape()));
    assertThrows(IllegalArgumentException.class, () -> features.grid(new ImageSize(41, 64)));
  }

  @Test
  void feedsTheGraphAsItIs() {
    ComputationGraph graph = vit();
    INDArray images = images(32, 32);
    assertEquals(graph.outputSingle(images), GraphFeatures.of(graph).tokens(images));
  }

  @Test
  void featureMapsBecomeTokensRowByRow() {
    ComputationGraph graph = convolutional();
    INDArray images = images(16, 24);
    GraphFeatures features = GraphFeatures.of(graph, "maps");
    assertEquals(new TokenGrid(4, 6), features.grid(new ImageSize(16, 24)));
    INDArray tokens = features.tokens(images);
    INDArray maps = graph.feedForward(images, false).get("maps");
    for (int row = 0; row < 4; row++) {
      for (int column = 0; column < 6; column++) {
        assertEquals(maps.getFloat(1, 3, row, column), tokens.getFloat(1, row * 6 + column, 3));
      }
    }
  }

  @Test
  void refusesOutputsThatAreNeither() {
    String message =
        assertThrows(
                IllegalArgumentException.class,
                () -> GraphFeatures.of(convolutional()).grid(new ImageSize(16, 16)))
            .getMessage();
    assertTrue(message.contains("\"classes\" must yield tokens"), message);
  }

  @Test
  void aTwinHasOtherWeightsByItsSeed() {
    ComputationGraph graph = vit();
    INDArray before = graph.params().dup();
    assertEquals(RandomTwin.of(graph, 5).params(), RandomTwin.of(graph, 5).params());
    assertNotEquals(RandomTwin.of(graph, 5).params(), RandomTwin.of(graph, 6).params());
    assertNotEquals(graph.params(), RandomTwin.of(graph, 5).params());
    assertEquals(before, graph.params());
  }

  /** A run with seed 1 begins with the weights of seed 1, and twin 1 must be another network. */
  @Test
  void aTwinIsNoNetworkThatATrainingBeginsWith() {
    ComputationGraph graph = vit();
    for (long seed = 0; seed < 5; seed++) {
      ComputationGraphConfiguration configuration = graph.getConfiguration().clone();
      configuration.getDefaultConfiguration().setSeed(seed);
      ComputationGraph begun = new ComputationGraph(configuration);
      begun.init();
      for (long twin = 0; twin < 5; twin++) {
        assertNotEquals(begun.params(), RandomTwin.of(graph, twin).params());
      }
    }
  }

  @Test
  void rawPixelsAreThePatchAndItsPlace() {
    INDArray images = images(16, 24);
    RawPixels raw =
        RawPixels.like(GraphFeatures.of(convolutional(), "maps"), new ImageSize(16, 24));
    INDArray tokens = raw.tokens(images);
    assertEquals("[2, 24, 52]", Arrays.toString(tokens.shape()));
    int token = 2 * 6 + 5;
    double scale = Math.sqrt(48);
    assertEquals(images.getFloat(1, 0, 8, 20) / scale, tokens.getFloat(1, token, 0), 1e-6);
    assertEquals(images.getFloat(1, 2, 11, 23) / scale, tokens.getFloat(1, token, 47), 1e-6);
    assertEquals(Math.sin(5.5 / 6 * Math.PI / 2), tokens.getFloat(1, token, 48), 1e-6);
    assertEquals(Math.cos(2.5 / 4 * Math.PI / 2), tokens.getFloat(1, token, 51), 1e-6);
  }
}
