package org.flsl.layers.graph;

import static org.flsl.layers.Messages.assertRefused;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.deeplearning4j.nn.conf.CNN2DFormat;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.conf.GradientNormalization;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.BaseLayer;
import org.deeplearning4j.nn.conf.layers.BatchNormalization;
import org.deeplearning4j.nn.conf.layers.ConvolutionLayer;
import org.deeplearning4j.nn.conf.layers.GlobalPoolingLayer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.learning.config.Adam;
import org.nd4j.linalg.learning.config.Nesterovs;
import org.nd4j.linalg.learning.config.Sgd;
import org.nd4j.linalg.learning.regularization.L2Regularization;

/** A network of the user's own as a graph by itself. */
class GraphBackboneTest {
  private static final int SIZE = 12;

  private static ComputationGraphConfiguration network(String features) {
    return new NeuralNetConfiguration.Builder()
        .seed(4)
        .updater(new Sgd(123))
        .l2(0.5)
        .gradientNormalization(GradientNormalization.ClipElementWiseAbsoluteValue)
        .gradientNormalizationThreshold(7)
        .graphBuilder()
        .addInputs("photo")
        .addLayer("bn", new BatchNormalization(), "photo")
        .addLayer(features, new ConvolutionLayer.Builder(4, 4).stride(4, 4).nOut(5).build(), "bn")
        .addLayer("pool", new GlobalPoolingLayer(), features)
        .addLayer(
            "classes",
            new OutputLayer.Builder().nOut(3).activation(Activation.SOFTMAX).build(),
            "pool")
        .setOutputs("classes")
        .setInputTypes(InputType.convolutional(SIZE, SIZE, 3))
        .build();
  }

  private static GraphBackbone backbone() {
    return GraphBackbone.of(network("features"), "features");
  }

  private static ComputationGraph alone(NeuralNetConfiguration.Builder settings) {
    return backbone().network(settings, SIZE, SIZE);
  }

  private static NeuralNetConfiguration.Builder seed(long seed) {
    return new NeuralNetConfiguration.Builder().seed(seed);
  }

  private static BaseLayer features(ComputationGraph graph) {
    return (BaseLayer) graph.getLayer("features").conf().getLayer();
  }

  @Test
  void theSeedIsTheSettings() {
    assertEquals(alone(seed(7)).params(), alone(seed(7)).params());
    assertNotEquals(alone(seed(7)).params(), alone(seed(8)).params());
    assertEquals(7, alone(seed(7)).getConfiguration().getDefaultConfiguration().getSeed());
  }

  @Test
  void theDataTypeIsTheSettings() {
    ComputationGraph graph = alone(seed(7).dataType(DataType.DOUBLE));
    assertEquals(DataType.DOUBLE, graph.params().dataType());
    INDArray photo = Nd4j.rand(DataType.DOUBLE, 2, 3, SIZE, SIZE);
    assertEquals(DataType.DOUBLE, graph.outputSingle(photo).dataType());
  }

  @Test
  void layersLearnAsTheSettingsSay() {
    ComputationGraph graph =
        alone(
            seed(7)
                .updater(new Adam(0.25))
                .weightDecay(0.125)
                .gradientNormalization(GradientNormalization.ClipL2PerLayer)
                .gradientNormalizationThreshold(3));
    assertEquals(new Adam(0.25), features(graph).getIUpdater());
    assertEquals(
        seed(1).weightDecay(0.125).getRegularization(), features(graph).getRegularization());
    assertEquals(GradientNormalization.ClipL2PerLayer, features(graph).getGradientNormalization());
    assertEquals(3, features(graph).getGradientNormalizationThreshold());
  }

  @Test
  void layersKeepTheirOwnWhereSettingsSayNothing() {
    BaseLayer layer = features(alone(seed(7)));
    assertEquals(new Sgd(123), layer.getIUpdater());
    assertTrue(layer.getRegularization().get(0) instanceof L2Regularization);
    assertEquals(
        GradientNormalization.ClipElementWiseAbsoluteValue, layer.getGradientNormalization());
    assertEquals(7, layer.getGradientNormalizationThreshold());
    BaseLayer other = features(alone(seed(7).updater(new Nesterovs(0.5))));
    assertEquals(new Nesterovs(0.5), other.getIUpdater());
    assertTrue(other.getRegularization().get(0) instanceof L2Regularization);
  }

  @Test
  void theGivenNetworkStaysAsItWas() {
    ComputationGraphConfiguration given = network("features");
    String before = given.toJson();
    GraphBackbone.of(given, "features")
        .normalised()
        .network(seed(9).updater(new Adam(0.25)), SIZE, SIZE);
    assertEquals(before, given.toJson());
  }

  @Test
  void aNormStandsBetweenTheFeaturesAndWhatComesAfterThem() {
    GraphBackbone normalised = backbone().normalised();
    assertFalse(backbone().isNormalised());
    assertTrue(normalised.isNormalised());
    ComputationGraph graph = normalised.network(seed(7), SIZE, SIZE);
    ComputationGraph plain = alone(seed(7));
    assertEquals(List.of("tokenNorm"), graph.getConfiguration().getVertexInputs().get("pool"));
    INDArray photo = Nd4j.rand(DataType.FLOAT, 2, 3, SIZE, SIZE);
    for (String layer : List.of("bn", "features", "classes")) {
      graph.getVertex(layer).params().assign(plain.getVertex(layer).params());
    }
    INDArray maps = plain.feedForward(photo, false).get("features");
    INDArray normed = graph.feedForward(photo, false).get("tokenNorm");
    assertEquals(maps, graph.feedForward(photo, false).get("features"));
    for (int row = 0; row < 3; row++) {
      double mean = 0;
      double square = 0;
      for (int channel = 0; channel < 5; channel++) {
        double x = maps.getDouble(1, channel, row, 2);
        mean += x / 5;
        square += x * x / 5;
      }
      double expected =
          (maps.getDouble(1, 3, row, 2) - mean) / Math.sqrt(square - mean * mean + 1e-6);
      assertEquals(expected, normed.getDouble(1, 3, row, 2), 1e-3);
    }
  }

  @Test
  void aNormBehindTheOutputBecomesTheOutput() {
    ComputationGraphConfiguration open =
        new NeuralNetConfiguration.Builder()
            .graphBuilder()
            .addInputs("photo")
            .addLayer("maps", new ConvolutionLayer.Builder(2, 2).nOut(4).build(), "photo")
            .setOutputs("maps")
            .setInputTypes(InputType.convolutional(8, 8, 1))
            .build();
    ComputationGraph graph = GraphBackbone.of(open, "maps").normalised().network(seed(1), 8, 8);
    assertEquals(List.of("tokenNorm"), graph.getConfiguration().getNetworkOutputs());
    assertEquals(4, graph.outputSingle(Nd4j.rand(1, 1, 8, 8)).size(1));
  }

  @Test
  void aVertexOfTheNormsNameIsRefusedWithTheRemedy() {
    GraphBackbone taken = GraphBackbone.of(network("tokenNorm"), "tokenNorm");
    assertRefused(taken::normalised, "tokenNorm", "rename it");
  }

  @Test
  void theNormLearnsAsTheNetworkDoes() {
    ComputationGraph graph = backbone().normalised().network(seed(7), SIZE, SIZE);
    assertEquals(new Sgd(123), graph.getLayer("tokenNorm").getConfig().getUpdaterByParam("gain"));
    ComputationGraph other =
        backbone().normalised().network(seed(7).updater(new Adam(0.5)), SIZE, SIZE);
    assertEquals(new Adam(0.5), other.getLayer("tokenNorm").getConfig().getUpdaterByParam("gain"));
  }

  @Test
  void channelsLastAreRefused() {
    ComputationGraphConfiguration last =
        new NeuralNetConfiguration.Builder()
            .graphBuilder()
            .addInputs("photo")
            .addLayer(
                "features",
                new ConvolutionLayer.Builder(4, 4).dataFormat(CNN2DFormat.NHWC).nOut(5).build(),
                "photo")
            .setOutputs("features")
            .setInputTypes(InputType.convolutional(SIZE, SIZE, 3, CNN2DFormat.NHWC))
            .build();
    assertRefused(() -> GraphBackbone.of(last, "features"), "\"features\"", "CNN2DFormat.NCHW");
  }

  @Test
  void networksWithoutWeightsAreRefused() {
    ComputationGraph bare = new ComputationGraph(network("features"));
    assertRefused(() -> GraphBackbone.of(bare, "features"), "init()");
    MultiLayerNetwork none =
        new MultiLayerNetwork(
            new NeuralNetConfiguration.Builder()
                .list(new ConvolutionLayer.Builder(4, 4).nIn(3).nOut(5).build())
                .build());
    assertRefused(() -> GraphBackbone.of(none, "0"), "init()");
  }
}
