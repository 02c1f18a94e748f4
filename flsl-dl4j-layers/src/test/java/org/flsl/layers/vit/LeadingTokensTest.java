package org.flsl.layers.vit;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.List;
import org.deeplearning4j.nn.conf.graph.LayerVertex;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.util.ModelSerializer;
import org.flsl.layers.Backbone.ImageInput;
import org.flsl.layers.Backbone.Tokens;
import org.flsl.layers.GradientCheck;
import org.flsl.layers.GraphSection;
import org.flsl.layers.Messages;
import org.flsl.layers.TinyGraph;
import org.flsl.layers.TokenGrid;
import org.flsl.layers.TokenTypes;
import org.flsl.layers.samediff.PackedViews;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.indexing.NDArrayIndex;

/** Class and register tokens: they take part in the attention and stay out of the output. */
class LeadingTokensTest {
  private static final VitConfig CONFIG =
      VitConfig.builder()
          .width(8)
          .heads(2)
          .depth(2)
          .patch(2)
          .imageSize(6)
          .dropPath(0)
          .positions(Positions.LEARNED)
          .leadingTokens(2)
          .build();

  private static ComputationGraph standalone() {
    ComputationGraph graph =
        new ComputationGraph(
            VitBackbone.of(CONFIG).standalone(TinyGraph.settings(DataType.DOUBLE), 6, 6));
    graph.init();
    graph.params().addi(TinyGraph.random(3, graph.params().shape()).muli(0.3));
    return graph;
  }

  /** Two large views and two small ones. */
  private static ComputationGraph packed() {
    return TinyGraph.of(
        DataType.DOUBLE,
        builder -> {
          builder.addInputs("a", "b", "c", "d");
          Tokens tokens =
              VitBackbone.of(CONFIG)
                  .addTo(
                      new GraphSection(builder, "", false),
                      List.of(
                          new ImageInput("a", 3, 6, 6),
                          new ImageInput("b", 3, 6, 6),
                          new ImageInput("c", 3, 4, 4),
                          new ImageInput("d", 3, 4, 4)));
          assertEquals(TokenGrid.square(2), tokens.grids().get(3));
          builder
              .addLayer("out", new GradientCheck.MixedSquares(), tokens.vertex())
              .setOutputs("out")
              .setInputTypes(
                  InputType.convolutional(6, 6, 3),
                  InputType.convolutional(6, 6, 3),
                  InputType.convolutional(4, 4, 3),
                  InputType.convolutional(4, 4, 3));
        });
  }

  private static INDArray[] images() {
    return new INDArray[] {
      TinyGraph.random(1, 2, 3, 6, 6),
      TinyGraph.random(2, 2, 3, 6, 6),
      TinyGraph.random(3, 2, 3, 4, 4),
      TinyGraph.random(4, 2, 3, 4, 4)
    };
  }

  @Test
  void gradientsAreRight() {
    GradientCheck.check(packed(), images());
  }

  @Test
  void packedViewsYieldWhatEachYieldsAlone() {
    ComputationGraph packed = packed();
    ComputationGraph alone = standalone();
    for (var vertex : alone.getVertices()) {
      if (vertex.numParams() > 0) {
        vertex.params().assign(packed.getVertex(vertex.getVertexName()).params());
      }
    }
    INDArray all = packed.feedForward(images(), false).get("norm");
    assertArrayEquals(new long[] {2, 9 + 9 + 4 + 4, 8}, all.shape());
    long from = 0;
    for (INDArray image : images()) {
      INDArray expected = alone.outputSingle(image);
      long to = from + expected.size(1);
      INDArray part = all.get(NDArrayIndex.all(), NDArrayIndex.interval(from, to));
      assertTrue(expected.equalsWithEps(part, 1e-9), () -> expected + " is not " + part);
      from = to;
    }
  }

  @Test
  void patchesAttendToThem() {
    ComputationGraph graph = standalone();
    INDArray before = graph.outputSingle(images()[0]).dup();
    graph.getVertex("patchEmbedding").paramTable(false).get("leading").negi();
    assertTrue(before.distance2(graph.outputSingle(images()[0])) > 1e-3);
  }

  @Test
  void aSavedNetworkComesBackAndTellsItsShape() throws IOException {
    ComputationGraph graph = standalone();
    ByteArrayOutputStream zip = new ByteArrayOutputStream();
    ModelSerializer.writeModel(graph, zip, false);
    ComputationGraph restored =
        ModelSerializer.restoreComputationGraph(new ByteArrayInputStream(zip.toByteArray()), false);
    assertEquals(graph.outputSingle(images()[2]), restored.outputSingle(images()[2]));
    VitConfig config = VitBackbone.in(restored.getConfiguration()).config();
    assertEquals(2, config.leadingTokens());
    assertEquals(2, config.depth());
    assertEquals(2, config.heads());
    assertEquals(32, config.hidden());
    assertEquals(Positions.LEARNED, config.positions());
    assertEquals(TokenGrid.square(3), config.baseGrid());
  }

  @Test
  void attentionIsThatAmongPatches() {
    TransformerBlock block =
        (TransformerBlock)
            ((LayerVertex) standalone().getConfiguration().getVertices().get("block_1"))
                .getLayerConf()
                .getLayer();
    ComputationGraph graph =
        TinyGraph.of(
            DataType.DOUBLE,
            builder ->
                builder
                    .addInputs("image")
                    .addVertex("patchEmbedding", new PatchEmbedding(CONFIG, 1), "image")
                    .addLayer("attention", block.attention(), "patchEmbedding")
                    .setOutputs("attention")
                    .setInputTypes(InputType.convolutional(6, 6, 3)));
    INDArray attention = graph.outputSingle(images()[0]);
    assertArrayEquals(new long[] {2, 2 * 9, 9}, attention.shape());
    INDArray sums = attention.sum(2);
    assertTrue(sums.maxNumber().doubleValue() < 1, "the rest goes to the leading tokens");
  }

  @Test
  void viewsOfNothingElseAreRefused() {
    Messages.assertRefused(() -> PatchTokens.of(8, 2, PackedViews.of(9, 2)), "[9, 2]", "2");
    Messages.assertRefused(
        () -> PatchTokens.of(0, 2, PackedViews.of(9)), "width must be positive", "0");
  }

  @Test
  void tokensOfOtherViewsAreRefused() {
    PatchTokens packed = PatchTokens.of(8, 1, PackedViews.of(3, 4));
    String[] parts = {"Patch tokens", "views of [3, 4] tokens", "7 together", "input has 9 tokens"};
    Messages.assertRefused(() -> packed.validateInput(TinyGraph.random(1, 2, 9, 8)), parts);
    Messages.assertRefused(() -> packed.getOutputType(0, TokenTypes.sequence(8, 9)), parts);
    PatchTokens single = PatchTokens.of(8, 2, PackedViews.of(9));
    Messages.assertRefused(
        () -> single.validateInput(TinyGraph.random(1, 2, 2, 8)), "first 2 tokens", "has 2");
    packed.validateInput(TinyGraph.random(1, 2, 7, 8));
    single.validateInput(TinyGraph.random(1, 2, 3, 8));
  }
}
