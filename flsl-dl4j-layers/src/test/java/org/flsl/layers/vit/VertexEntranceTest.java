package org.flsl.layers.vit;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.graph.LayerVertex;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.util.ModelSerializer;
import org.flsl.layers.BackboneGraph;
import org.flsl.layers.ParameterCopy;
import org.flsl.layers.TinyGraph;
import org.flsl.layers.TokenGrid;
import org.flsl.layers.weights.GraphExport;
import org.flsl.layers.weights.VitExport;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/** A network for a single view from before it had a layer at its entrance: a vertex is there. */
class VertexEntranceTest {
  private static final INDArray IMAGES = TinyGraph.random(DataType.FLOAT, 1, 2, 3, 4, 8);

  /** A file as the version before wrote it. */
  private static ComputationGraph earlier() throws IOException {
    try (InputStream zip =
        VertexEntranceTest.class.getResourceAsStream("/vit/vertex-entrance.zip")) {
      return ModelSerializer.restoreComputationGraph(zip, false);
    }
  }

  @Test
  void isReadAndComputesAsTheNetworkOfToday() throws IOException {
    ComputationGraph earlier = earlier();
    assertInstanceOf(
        PatchEmbedding.class, earlier.getConfiguration().getVertices().get(VitBackbone.EMBEDDING));
    VitBackbone backbone = VitBackbone.in(earlier.getConfiguration());
    assertEquals(Positions.LEARNED, backbone.config().positions());
    assertEquals(2, backbone.config().leadingTokens());
    assertEquals(TokenGrid.square(3), backbone.config().baseGrid());

    ComputationGraph today = backbone.network(new NeuralNetConfiguration.Builder().seed(5), 6, 6);
    assertInstanceOf(
        LayerVertex.class, today.getConfiguration().getVertices().get(VitBackbone.EMBEDDING));
    assertEquals(earlier.params(), today.params(), "a seed begins with the same values");
    today.params().addi(1);
    ParameterCopy.named(earlier, today, "");
    assertEquals(earlier.outputSingle(IMAGES), today.outputSingle(IMAGES));
  }

  @Test
  void tellsOfItsBackboneWhatTheNetworkOfTodayTells() throws IOException {
    ComputationGraphConfiguration earlier = earlier().getConfiguration();
    ComputationGraphConfiguration today =
        VitBackbone.in(earlier).standalone(new NeuralNetConfiguration.Builder(), 6, 6);
    for (ComputationGraphConfiguration network : List.of(earlier, today)) {
      BackboneGraph backbone = BackboneGraph.of(network);
      assertEquals(3, backbone.channels());
      assertEquals(2, backbone.stride());
      assertEquals(TokenGrid.square(3), backbone.entrance().orElseThrow().baseGrid());
      assertEquals(Set.of(VitBackbone.EMBEDDING), backbone.upTo(0));
      assertEquals(new TokenGrid(2, 4), backbone.grid(4, 8));
      assertEquals(
          List.of(VitBackbone.BLOCK + 0),
          backbone.blocks().stream().map(BackboneGraph.Block::vertex).toList());
    }
  }

  private static ComputationGraph today(ComputationGraph earlier) {
    ComputationGraph today =
        VitBackbone.in(earlier.getConfiguration())
            .network(new NeuralNetConfiguration.Builder(), 6, 6);
    ParameterCopy.named(earlier, today, "");
    return today;
  }

  @Test
  void itsKeysAreThoseOfTheNetworkOfToday() throws IOException {
    ComputationGraph earlier = earlier();
    assertEquals(keys(earlier), keys(today(earlier)));
  }

  @Test
  void isExportedAsTheNetworkOfToday() throws IOException {
    ComputationGraph earlier = earlier();
    ComputationGraph today = today(earlier);
    assertArrayEquals(onnx(today), onnx(earlier));
    assertArrayEquals(wholeGraph(today), wholeGraph(earlier));
  }

  private static byte[] onnx(ComputationGraph network) throws IOException {
    ByteArrayOutputStream file = new ByteArrayOutputStream();
    VitExport.of(network, Map.of()).onnx(file);
    return file.toByteArray();
  }

  private static byte[] wholeGraph(ComputationGraph network) throws IOException {
    ByteArrayOutputStream file = new ByteArrayOutputStream();
    GraphExport.whole(network, "tokens", Map.of()).onnx(3, 4, 8, file);
    return file.toByteArray();
  }

  private static INDArray keys(ComputationGraph network) {
    ComputationGraph keys =
        new ComputationGraph(BackboneGraph.of(network.getConfiguration()).keys(List.of(1)));
    keys.init();
    ParameterCopy.named(network, keys, "");
    ParameterCopy.named(network, keys, BackboneGraph.INSIDE);
    return keys.outputSingle(IMAGES);
  }
}
