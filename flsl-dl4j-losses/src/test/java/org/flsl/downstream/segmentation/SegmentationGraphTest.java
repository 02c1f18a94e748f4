package org.flsl.downstream.segmentation;

import static org.flsl.layers.Messages.assertRefused;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.stream.Stream;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.conf.ConvolutionMode;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.ActivationLayer;
import org.deeplearning4j.nn.conf.layers.BatchNormalization;
import org.deeplearning4j.nn.conf.layers.ConvolutionLayer;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.graph.vertex.GraphVertex;
import org.deeplearning4j.util.ModelSerializer;
import org.flsl.downstream.FineTuning;
import org.flsl.downstream.TaskGraph;
import org.flsl.evaluation.data.ImageSize;
import org.flsl.layers.Backbone;
import org.flsl.layers.TinyGraph;
import org.flsl.layers.graph.GraphBackbone;
import org.flsl.layers.vit.VitBackbone;
import org.flsl.layers.vit.VitConfig;
import org.flsl.losses.GraphGradients;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.MultiDataSet;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.NDArrayIndex;

/** A segmentation head on Vision Transformers and convolutional networks. */
class SegmentationGraphTest {
  private static final ImageSize SIZE = new ImageSize(16, 24);
  private static final int CLASSES = 3;
  private static final GraphBackbone CONVOLUTIONAL = convolutional(new BatchNormalization());

  static Stream<Backbone> backbones() {
    return Stream.of(vit(), CONVOLUTIONAL);
  }

  /** The running statistics of batch norm move without a gradient. */
  static Stream<Backbone> differentiable() {
    return Stream.of(vit(), convolutional(new ActivationLayer(Activation.TANH)));
  }

  private static VitBackbone vit() {
    return VitBackbone.of(
        VitConfig.builder()
            .width(8)
            .depth(2)
            .heads(2)
            .patch(8)
            .imageSize(16)
            .leadingTokens(1)
            .dropPath(0)
            .build());
  }

  private static GraphBackbone convolutional(Layer norm) {
    return GraphBackbone.of(
        new NeuralNetConfiguration.Builder()
            .seed(3)
            .graphBuilder()
            .addInputs("photo")
            .addLayer("stem", stride(3, 6, 4), "photo")
            .addLayer("batchNorm", norm, "stem")
            .addLayer("features", stride(6, 8, 2), "batchNorm")
            .setOutputs("features")
            .setInputTypes(InputType.convolutional(16, 24, 3))
            .build(),
        "features");
  }

  private static ConvolutionLayer stride(int in, int out, int stride) {
    return new ConvolutionLayer.Builder(3, 3)
        .nIn(in)
        .nOut(out)
        .stride(stride, stride)
        .convolutionMode(ConvolutionMode.Same)
        .activation(Activation.SIGMOID)
        .build();
  }

  private static FineTuning.Builder learning() {
    return FineTuning.builder().iterations(40).learningRate(0.01).warmupFraction(0);
  }

  private static TaskGraph program(Backbone backbone, FineTuning learning) {
    return new TaskGraph(
        backbone, new SegmentationHead(12, CLASSES, List.of(1.0, 2.0, 0.5)), SIZE, learning);
  }

  private static MultiDataSet batch(DataType type, long seed, int images) {
    INDArray labels = Nd4j.create(type, images, SIZE.height(), SIZE.width());
    Random random = new Random(seed);
    for (long i = 0; i < labels.length(); i++) {
      labels.putScalar(i, random.nextInt(CLASSES + 1) - 1);
    }
    return new MultiDataSet(
        TinyGraph.random(type, seed, images, 3, SIZE.height(), SIZE.width()), labels);
  }

  @ParameterizedTest
  @MethodSource("differentiable")
  void gradientsAreThoseOfTheLoss(Backbone backbone) {
    FineTuning learning = learning().dataType(DataType.DOUBLE).build();
    ComputationGraph graph = program(backbone, learning).init();
    graph.params().addi(TinyGraph.random(11, graph.params().shape()).muli(0.1));
    Set<String> checked = GraphGradients.check(graph, batch(DataType.DOUBLE, 1, 2), Set.of());
    assertTrue(checked.contains("head/level_0_convW"), checked.toString());
    assertTrue(checked.stream().anyMatch(name -> name.startsWith("backbone/")));
  }

  @ParameterizedTest
  @MethodSource("backbones")
  void scoresArePixelsOfImagesOfAnySize(Backbone backbone) {
    ComputationGraph graph = program(backbone, learning().build()).init();
    assertEquals(8, TaskGraph.stride(graph.getConfiguration()));
    for (int[] size : new int[][] {{16, 24}, {8, 8}, {40, 16}, {16, 24}}) {
      INDArray scores = graph.outputSingle(Nd4j.rand(DataType.FLOAT, 2, 3, size[0], size[1]));
      assertArrayEquals(new long[] {2, CLASSES, size[0], size[1]}, scores.shape());
    }
  }

  @ParameterizedTest
  @MethodSource("backbones")
  void aRestoredTrainingGoesOnExactly(Backbone backbone) throws IOException {
    ComputationGraph graph = program(backbone, learning().frozenBlocks(1).build()).init();
    graph.fit(batch(DataType.FLOAT, 1, 2));
    ByteArrayOutputStream file = new ByteArrayOutputStream();
    ModelSerializer.writeModel(graph, file, true);
    ComputationGraph restored =
        ModelSerializer.restoreComputationGraph(new ByteArrayInputStream(file.toByteArray()), true);
    assertEquals(graph.getConfiguration(), restored.getConfiguration());
    for (int step = 2; step < 5; step++) {
      graph.fit(batch(DataType.FLOAT, step, 2));
      restored.fit(batch(DataType.FLOAT, step, 2));
    }
    assertArrayEquals(graph.params().toFloatVector(), restored.params().toFloatVector());
  }

  @ParameterizedTest
  @MethodSource("backbones")
  void learnsWhatPixelsShow(Backbone backbone) {
    ComputationGraph graph = program(backbone, learning().layerDecay(1).build()).init();
    INDArray images = Nd4j.zeros(DataType.FLOAT, 2, 3, SIZE.height(), SIZE.width());
    INDArray labels = Nd4j.zeros(DataType.FLOAT, 2, SIZE.height(), SIZE.width());
    // The right half is bright in one image, the left half in the other.
    for (int image = 0; image < 2; image++) {
      var half = NDArrayIndex.interval(image * 12, image * 12 + 12);
      images.get(NDArrayIndex.point(image), NDArrayIndex.all(), NDArrayIndex.all(), half).assign(2);
      labels.get(NDArrayIndex.point(image), NDArrayIndex.all(), half).assign(1);
    }
    for (int step = 0; step < 40; step++) {
      graph.fit(new MultiDataSet(images, labels));
    }
    INDArray found = graph.outputSingle(images).argMax(1).castTo(DataType.FLOAT);
    double right = found.eq(labels).castTo(DataType.FLOAT).meanNumber().doubleValue();
    assertTrue(right > 0.85, "right: " + right);
  }

  private static INDArray params(ComputationGraph graph, String vertex) {
    return graph.getVertex(vertex).params().dup();
  }

  @ParameterizedTest
  @MethodSource("backbones")
  void aFrozenBackboneStaysAsItIs(Backbone backbone) {
    ComputationGraph trained =
        backbone.network(new NeuralNetConfiguration.Builder().seed(77), 16, 24);
    TaskGraph program = program(backbone, learning().frozen(true).build());
    ComputationGraph graph = program.init(trained);
    INDArray head = params(graph, "head/level_0");
    graph.fit(batch(DataType.FLOAT, 1, 2));
    for (GraphVertex vertex : trained.getVertices()) {
      if (vertex.numParams() > 0) {
        assertEquals(
            vertex.params(), graph.getVertex("backbone/" + vertex.getVertexName()).params());
      }
    }
    assertNotEquals(head, params(graph, "head/level_0"));
  }

  @Test
  void layersFurtherDownLearnLess() {
    FineTuning plain = learning().layerDecay(0.5).weightDecay(0).clipNorm(0).build();
    ComputationGraph graph = program(vit(), plain).init();
    INDArray[] before = new INDArray[3];
    String[] names = {"backbone/block_0", "backbone/block_1", "head/level_0"};
    for (int i = 0; i < names.length; i++) {
      before[i] = params(graph, names[i]);
    }
    graph.fit(batch(DataType.FLOAT, 1, 2));
    double[] moved = new double[3];
    for (int i = 0; i < names.length; i++) {
      // The first step of Adam is as long as the learning rate.
      moved[i] = params(graph, names[i]).sub(before[i]).amaxNumber().doubleValue();
    }
    assertArrayEquals(new double[] {0.0025, 0.005, 0.01}, moved, 2e-5);
  }

  @Test
  void saysWhatDoesNotFit() {
    FineTuning learning = learning().build();
    SegmentationHead head = SegmentationHead.of(CLASSES);
    String error =
        assertThrows(
                IllegalArgumentException.class,
                () -> new TaskGraph(vit(), head, new ImageSize(16, 20), learning).configuration())
            .getMessage();
    assertTrue(error.contains("multiple of 8"), error);
    error =
        assertThrows(
                IllegalArgumentException.class,
                () ->
                    new TaskGraph(CONVOLUTIONAL, head, new ImageSize(20, 24), learning)
                        .configuration())
            .getMessage();
    assertTrue(error.contains("choose a size that is a multiple of"), error);
    error =
        assertThrows(
                IllegalArgumentException.class,
                () ->
                    program(vit(), learning)
                        .init(CONVOLUTIONAL.network(new NeuralNetConfiguration.Builder(), 16, 24)))
            .getMessage();
    assertTrue(error.startsWith("The trained network has no layer of the backbone"), error);
    ComputationGraphConfiguration other =
        CONVOLUTIONAL.standalone(new NeuralNetConfiguration.Builder(), 16, 24);
    assertThrows(IllegalArgumentException.class, () -> TaskGraph.stride(other));
    assertThrows(IllegalArgumentException.class, () -> new SegmentationHead(8, 3, List.of(1.0)));
    assertRefused(() -> SegmentationHead.of(1), "at least two classes", "got 128 and 1");
    assertRefused(() -> new SegmentationHead(0, 2, List.of()), "width", "got 0 and 2");
    assertRefused(() -> new SegmentationHead(8, 2, List.of(0.0, 0.0)), "weight", "[0.0, 0.0]");
    double infinite = Double.POSITIVE_INFINITY;
    assertRefused(() -> learning().learningRate(infinite).build(), "learningRate", "finite");
    assertRefused(() -> learning().weightDecay(infinite).build(), "weightDecay", "finite");
    assertRefused(() -> learning().clipNorm(infinite).build(), "clipNorm", "finite");
    assertEquals(
        "backbone",
        assertThrows(
                NullPointerException.class,
                () -> new TaskGraph(null, head, new ImageSize(16, 24), learning))
            .getMessage());
  }
}
