package org.flsl.layers.graph;

import static org.flsl.layers.Messages.assertRefused;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration.GraphBuilder;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.WorkspaceMode;
import org.deeplearning4j.nn.conf.graph.ElementWiseVertex;
import org.deeplearning4j.nn.conf.graph.LayerVertex;
import org.deeplearning4j.nn.conf.graph.MergeVertex;
import org.deeplearning4j.nn.conf.graph.ReshapeVertex;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.BatchNormalization;
import org.deeplearning4j.nn.conf.layers.ConvolutionLayer;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.GlobalPoolingLayer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.conf.layers.SubsamplingLayer;
import org.deeplearning4j.nn.conf.layers.misc.FrozenLayer;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.flsl.layers.Backbone.ImageInput;
import org.flsl.layers.GradientCheck;
import org.flsl.layers.GraphSection;
import org.flsl.layers.TinyGraph;
import org.flsl.layers.TokenGrid;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.indexing.NDArrayIndex;

/** Views of several sizes go through the same layers of a convolutional network. */
class FurtherViewsTest {
  private static final List<ImageInput> SIZES =
      List.of(
          new ImageInput("a", 2, 8, 8),
          new ImageInput("b", 2, 8, 8),
          new ImageInput("c", 2, 4, 4),
          new ImageInput("d", 2, 4, 4),
          new ImageInput("e", 2, 4, 12));

  private static ConvolutionLayer conv(int channels, int kernel) {
    return new ConvolutionLayer.Builder(kernel, kernel)
        .padding(kernel / 2, kernel / 2)
        .nOut(channels)
        .activation(Activation.TANH)
        .build();
  }

  /** A branch and a shortcut that meet, one layer that two others look at, pooling with padding. */
  private static ComputationGraphConfiguration network(boolean batchNorm) {
    GraphBuilder network =
        new NeuralNetConfiguration.Builder()
            .graphBuilder()
            .addInputs("image")
            .addLayer("stem", conv(4, 3), "image")
            .addLayer(
                "pool",
                new SubsamplingLayer.Builder(SubsamplingLayer.PoolingType.AVG)
                    .kernelSize(2, 2)
                    .stride(2, 2)
                    .build(),
                "stem");
    String last = "pool";
    if (batchNorm) {
      network.addLayer("bn", new BatchNormalization(), "pool");
      last = "bn";
    }
    return network
        .addLayer("deep", conv(4, 3), last)
        .addVertex("sum", new ElementWiseVertex(ElementWiseVertex.Op.Add), last, "deep")
        .addVertex("both", new MergeVertex(), "sum", "deep")
        .addLayer("out", conv(3, 1), "both")
        .addLayer("classesPool", new GlobalPoolingLayer(), "out")
        .addLayer(
            "classes",
            new OutputLayer.Builder().nOut(2).activation(Activation.SOFTMAX).build(),
            "classesPool")
        .setOutputs("classes")
        .setInputTypes(InputType.convolutional(8, 8, 2))
        .build();
  }

  private static ComputationGraph graph(
      GraphBackbone backbone, List<ImageInput> views, UnaryOperator<GraphBuilder> change) {
    return TinyGraph.of(
        DataType.DOUBLE,
        b -> {
          var tokens = backbone.addTo(new GraphSection(b, "student/", false), views);
          change.apply(b);
          b.addInputs(views.stream().map(ImageInput::name).toList())
              .addLayer("loss", new GradientCheck.MixedSquares(), tokens.vertex())
              .setOutputs("loss")
              .setInputTypes(
                  views.stream()
                      .map(v -> InputType.convolutional(v.height(), v.width(), v.channels()))
                      .toArray(InputType[]::new));
        });
  }

  private static ComputationGraph graph(boolean batchNorm, List<ImageInput> views) {
    return graph(
        GraphBackbone.of(network(batchNorm), "out").normalised(), views, UnaryOperator.identity());
  }

  private static INDArray[] images(List<ImageInput> views) {
    return views.stream()
        .map(v -> TinyGraph.random(v.name().hashCode(), 3, v.channels(), v.height(), v.width()))
        .toArray(INDArray[]::new);
  }

  @Test
  void gradientsAreThoseOfAllSizes() {
    GradientCheck.check(graph(false, SIZES), images(SIZES));
  }

  @Test
  void withoutWorkspacesAsWell() {
    ComputationGraph graph = graph(false, SIZES);
    graph.getConfiguration().setTrainingWorkspaceMode(WorkspaceMode.NONE);
    graph.getConfiguration().setInferenceWorkspaceMode(WorkspaceMode.NONE);
    GradientCheck.check(graph, images(SIZES));
  }

  /** Sizes by themselves, in graphs with the same weights, are what the whole must add up to. */
  @Test
  void eachSizeComputesAsByItself() {
    ComputationGraph whole = graph(true, SIZES);
    for (boolean training : new boolean[] {false, true}) {
      INDArray tokens = whole.feedForward(images(SIZES), training).get("student/tokens_2");
      long from = 0;
      for (List<ImageInput> size :
          List.of(SIZES.subList(0, 2), SIZES.subList(2, 4), SIZES.subList(4, 5))) {
        ComputationGraph alone = graph(true, size);
        alone.params().assign(whole.params());
        INDArray expected = alone.feedForward(images(size), training).get("student/tokens");
        long to = from + expected.size(1);
        INDArray found =
            tokens.get(NDArrayIndex.all(), NDArrayIndex.interval(from, to), NDArrayIndex.all());
        assertArrayEquals(numbers(expected), numbers(found), 1e-12, "training " + training);
        from = to;
      }
      assertEquals(tokens.size(1), from);
    }
  }

  private static double[] numbers(INDArray array) {
    return array.dup('c').data().asDouble();
  }

  /** What DL4J calls the gradient of running statistics is their step, and adds up as well. */
  @Test
  void runningStatisticsFollowEverySize() {
    List<ImageInput> views = List.of(SIZES.get(0), SIZES.get(2));
    ComputationGraph whole = graph(true, views);
    Map<String, INDArray> before = whole.getLayer("student/bn").paramTable();
    for (String statistic : List.of("mean", "log10stdev")) {
      INDArray expected = null;
      for (ImageInput view : views) {
        ComputationGraph alone = graph(true, List.of(view));
        alone.params().assign(whole.params());
        INDArray step = step(alone, List.of(view), statistic);
        expected = expected == null ? step : expected.add(step);
      }
      assertArrayEquals(
          numbers(expected), numbers(step(whole, views, statistic)), 1e-12, statistic);
      assertNotEquals(0, before.get(statistic).sumNumber().doubleValue());
    }
  }

  private static INDArray step(ComputationGraph graph, List<ImageInput> views, String statistic) {
    var batch = TinyGraph.batch(images(views));
    graph.setInputs(batch.getFeatures());
    graph.setLabels(batch.getLabels());
    graph.computeGradientAndScore();
    return graph.gradient().getGradientFor("student/bn_" + statistic).dup();
  }

  /** Sums are taken anew in each step. */
  @Test
  void aSecondStepIsNotTheSumOfBoth() {
    ComputationGraph graph = graph(true, SIZES);
    INDArray first = step(graph, SIZES, "gamma");
    assertArrayEquals(numbers(first), numbers(step(graph, SIZES, "gamma")));
  }

  /** Copies would else overwrite the masks of the originals. */
  @Test
  void dropoutOfOneSizeLeavesThatOfOthersAlone() {
    ComputationGraphConfiguration network = network(false);
    var layer = (LayerVertex) network.getVertices().get("out");
    ((ConvolutionLayer) layer.getLayerConf().getLayer())
        .setIDropout(new org.deeplearning4j.nn.conf.dropout.Dropout(0.5));
    ComputationGraph graph =
        graph(GraphBackbone.of(network, "out"), SIZES, UnaryOperator.identity());
    var batch = TinyGraph.batch(images(SIZES));
    for (int i = 0; i < 2; i++) {
      graph.fit(batch);
    }
    assertEquals(false, Double.isNaN(graph.score()));
  }

  @Test
  void whatIsFrozenLearnsNothingFromAnySize() {
    UnaryOperator<GraphBuilder> freezing =
        b -> {
          for (String name : List.of("stem", "pool")) {
            var vertex = (LayerVertex) b.getVertices().get("student/" + name);
            var frozen = new FrozenLayer(vertex.getLayerConf().getLayer());
            frozen.setLayerName("student/" + name);
            vertex.getLayerConf().setLayer(frozen);
          }
          return b;
        };
    ComputationGraph graph = graph(GraphBackbone.of(network(false), "out"), SIZES, freezing);
    double[] stem = numbers(graph.getLayer("student/stem").params());
    double[] deep = numbers(graph.getLayer("student/deep").params());
    graph.fit(TinyGraph.batch(images(SIZES)));
    assertArrayEquals(stem, numbers(graph.getLayer("student/stem").params()));
    assertEquals(false, Arrays.equals(deep, numbers(graph.getLayer("student/deep").params())));
  }

  @ParameterizedTest
  @EnumSource(
      value = WorkspaceMode.class,
      names = {"NONE", "ENABLED"})
  void theGraphAlsoPredicts(WorkspaceMode mode) {
    ComputationGraph graph = graph(true, SIZES);
    graph.getConfiguration().setInferenceWorkspaceMode(mode);
    INDArray tokens = graph.feedForward(images(SIZES), false).get("student/tokens_2");
    INDArray output = graph.output(images(SIZES))[0];
    assertArrayEquals(numbers(tokens), numbers(output), 1e-12);
  }

  @Test
  void theTokensAreCounted() {
    GraphBuilder builder = TinyGraph.settings(DataType.FLOAT).graphBuilder();
    var tokens =
        GraphBackbone.of(network(true), "out")
            .addTo(new GraphSection(builder, "student/", false), SIZES);
    assertEquals("student/tokens_2", tokens.vertex());
    TokenGrid large = TokenGrid.square(4);
    TokenGrid small = TokenGrid.square(2);
    assertEquals(List.of(large, large, small, small, new TokenGrid(2, 6)), tokens.grids());
  }

  @Test
  void weightsForOneSizeAreRefused() {
    ComputationGraphConfiguration dense =
        new NeuralNetConfiguration.Builder()
            .graphBuilder()
            .addInputs("image")
            .addLayer("stem", conv(2, 1), "image")
            .addLayer("dense", new DenseLayer.Builder().nOut(16).build(), "stem")
            .addVertex("maps", new ReshapeVertex(-1, 4, 2, 2), "dense")
            .addLayer("out", conv(3, 1), "maps")
            .setOutputs("out")
            .setInputTypes(InputType.convolutional(8, 8, 2))
            .build();
    GraphBuilder builder = TinyGraph.settings(DataType.FLOAT).graphBuilder();
    assertRefused(
        () ->
            GraphBackbone.of(dense, "out")
                .addTo(new GraphSection(builder, "student/", false), SIZES),
        "takes no images",
        "h=4",
        "\"dense\" has 2064 weights and would need 528");
  }

  @Test
  void verticesThatDifferInOneSettingAreNotEqual() {
    FurtherViews views = new FurtherViews(network(true), "student/", 2);
    assertEquals(views, views.clone());
    assertNotEquals(views, new FurtherViews(network(false), "student/", 2));
    assertNotEquals(views, new FurtherViews(network(true), "teacher/", 2));
    assertNotEquals(views, new FurtherViews(network(true), "student/", 1));
  }
}
