package org.flsl.layers.vit;

import static org.flsl.layers.Messages.assertRefused;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.function.Consumer;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration.GraphBuilder;
import org.deeplearning4j.nn.conf.graph.ScaleVertex;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.util.ModelSerializer;
import org.flsl.layers.GradientCheck;
import org.flsl.layers.TinyGraph;
import org.flsl.layers.TokenTypes;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

class PatchEmbeddingLayerTest {

  private static VitConfig.Builder config() {
    return VitConfig.builder().width(8).heads(2).depth(1).patch(2).imageSize(6);
  }

  private static VitConfig learned() {
    return config().positions(Positions.LEARNED).leadingTokens(2).build();
  }

  private static Consumer<GraphBuilder> withVertex(VitConfig config) {
    return b -> b.addVertex("embedding", new PatchEmbedding(config, 1), "image");
  }

  private static Consumer<GraphBuilder> withLayer(VitConfig config) {
    return b -> b.addLayer("embedding", PatchEmbeddingLayer.of(config), "image");
  }

  private static ComputationGraph graph(
      DataType type, Consumer<GraphBuilder> embedding, int height, int width) {
    return TinyGraph.of(
        type,
        b -> {
          b.addInputs("image");
          embedding.accept(b);
          // DL4J trains no graph without a layer that has parameters.
          b.addLayer("norm", TokenNorm.builder(8).build(), "embedding")
              .addLayer("out", new GradientCheck.MixedSquares(), "norm")
              .setOutputs("out")
              .setInputTypes(InputType.convolutional(height, width, 3));
        });
  }

  private static INDArray image(DataType type, int height, int width) {
    return TinyGraph.random(type, 1, 2, 3, height, width);
  }

  @ParameterizedTest
  @CsvSource({
    "FLOAT, SINCOS, 0, 0, 6, 6",
    "FLOAT, LEARNED, 2, 0, 4, 8",
    "FLOAT, SINCOS, 1, 0.5, 6, 6",
    "DOUBLE, SINCOS, 2, 0, 4, 8",
    "DOUBLE, LEARNED, 0, 0, 6, 6",
    "DOUBLE, LEARNED, 1, 0, 8, 4",
    "DOUBLE, SINCOS, 0, 0.5, 4, 8"
  })
  void computesAndLearnsAsTheVertexDoes(
      DataType type, Positions positions, int leading, double jitter, int height, int width) {
    VitConfig config =
        config().positions(positions).leadingTokens(leading).positionJitter(jitter).build();
    ComputationGraph vertex = graph(type, withVertex(config), height, width);
    ComputationGraph layer = graph(type, withLayer(config), height, width);
    assertEquals(
        vertex.getVertex("embedding").paramTable(false),
        layer.getVertex("embedding").paramTable(false),
        "same names, shapes and initial values");
    INDArray image = image(type, height, width);
    assertEquals(vertex.outputSingle(image), layer.outputSingle(image));

    assertEquals(gradient(vertex, image), gradient(layer, image));
    for (int step = 0; step < 3; step++) {
      vertex.fit(TinyGraph.batch(image));
      layer.fit(TinyGraph.batch(image));
    }
    assertEquals(vertex.params(), layer.params());
    assertEquals(
        vertex.getUpdater().getUpdaterStateViewArray(),
        layer.getUpdater().getUpdaterStateViewArray());
  }

  private static INDArray gradient(ComputationGraph graph, INDArray image) {
    graph.setInputs(image);
    graph.setLabels(TinyGraph.batch(image).getLabels());
    graph.computeGradientAndScore();
    return graph.gradient().gradient().dup();
  }

  @ParameterizedTest
  @CsvSource({"6, 6", "4, 8"})
  void gradientIsRight(int height, int width) {
    GradientCheck.check(
        graph(DataType.DOUBLE, withLayer(learned()), height, width),
        image(DataType.DOUBLE, height, width));
  }

  @Test
  void jsonKeepsEverySetting() {
    for (VitConfig config : new VitConfig[] {learned(), config().positionJitter(0.5).build()}) {
      ComputationGraphConfiguration saved =
          graph(DataType.FLOAT, withLayer(config), 6, 6).getConfiguration();
      assertEquals(saved, ComputationGraphConfiguration.fromJson(saved.toJson()));
      assertEquals(saved, ComputationGraphConfiguration.fromYaml(saved.toYaml()));
    }
    assertNotEquals(
        PatchEmbeddingLayer.of(learned()),
        PatchEmbeddingLayer.of(config().leadingTokens(2).build()));
    assertEquals(PatchEmbeddingLayer.of(learned()), PatchEmbeddingLayer.of(learned()));
  }

  @Test
  void aSavedNetworkGoesOnAsItWas() throws IOException {
    ComputationGraph graph = graph(DataType.FLOAT, withLayer(learned()), 6, 6);
    INDArray image = image(DataType.FLOAT, 6, 6);
    graph.fit(TinyGraph.batch(image));
    ByteArrayOutputStream zip = new ByteArrayOutputStream();
    ModelSerializer.writeModel(graph, zip, true);
    ComputationGraph restored =
        ModelSerializer.restoreComputationGraph(new ByteArrayInputStream(zip.toByteArray()), true);
    assertEquals(graph.outputSingle(image), restored.outputSingle(image));

    graph.fit(TinyGraph.batch(image));
    restored.fit(TinyGraph.batch(image));
    assertEquals(graph.params(), restored.params());
  }

  @Test
  void tellsTheTypeOfItsTokens() {
    assertEquals(
        TokenTypes.sequence(8, 2 + 8),
        PatchEmbeddingLayer.of(learned()).getOutputType(0, InputType.convolutional(4, 8, 3)));
  }

  @Test
  void errorsSayWhatWasFoundAndWhatWasExpected() {
    PatchEmbeddingLayer layer = PatchEmbeddingLayer.of(learned());
    assertRefused(
        () -> layer.getOutputType(0, InputType.convolutional(6, 6, 4)),
        "[batch, 3, height, width]",
        "InputType.convolutional(height, width, 3)",
        "c=4");
    assertRefused(
        () -> layer.getOutputType(0, InputType.convolutional(6, 7, 3)), "6 x 7", "multiple of 2");
    ComputationGraph graph = graph(DataType.FLOAT, withLayer(learned()), 6, 6);
    assertRefused(
        () -> graph.output(TinyGraph.random(DataType.FLOAT, 1, 2, 1, 6, 6)),
        "embedding",
        "[2, 1, 6, 6]",
        "expected [batch, 3, height, width]");
  }

  /** Nothing learns from a gradient that is missing: DL4J says so. */
  @Test
  void standsFirstWhereItLearns() {
    ComputationGraph behind =
        TinyGraph.of(
            DataType.FLOAT,
            b ->
                b.addInputs("image")
                    .addVertex("scaled", new ScaleVertex(0.5), "image")
                    .addLayer("embedding", PatchEmbeddingLayer.of(learned()), "scaled")
                    .addLayer("out", new GradientCheck.MixedSquares(), "embedding")
                    .setOutputs("out")
                    .setInputTypes(InputType.convolutional(6, 6, 3)));
    assertRefused(() -> behind.fit(TinyGraph.batch(image(DataType.FLOAT, 6, 6))), "not set");
  }
}
