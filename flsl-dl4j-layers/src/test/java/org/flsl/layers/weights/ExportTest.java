package org.flsl.layers.weights;

import static org.flsl.layers.weights.LayoutsTest.assertClose;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.onnxruntime.OrtException;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.flsl.layers.Messages;
import org.flsl.layers.TinyGraph;
import org.flsl.layers.vit.Positions;
import org.flsl.layers.vit.VitBackbone;
import org.flsl.layers.vit.VitConfig;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/** What is written for others: read again by ourselves, and run by ONNX Runtime. */
class ExportTest {
  @TempDir Path folder;

  private static ComputationGraph network(Positions positions, int leading, boolean norm) {
    VitConfig config =
        VitConfig.builder()
            .width(12)
            .heads(3)
            .depth(2)
            .patch(4)
            .mlpRatio(VitConfig.mlpRatio(20, 12))
            .channels(2)
            .imageSize(12, 20)
            .normEps(1e-5)
            .positions(positions)
            .leadingTokens(leading)
            .finalNorm(norm)
            .build();
    ComputationGraph graph =
        new ComputationGraph(
            VitBackbone.of(config)
                .standalone(new NeuralNetConfiguration.Builder().seed(3), 12, 20));
    graph.init();
    graph.params().addi(TinyGraph.random(DataType.FLOAT, 4, graph.params().shape()).muli(0.2));
    return graph;
  }

  private Path write(String name, Writing writing) throws IOException {
    Path file = folder.resolve(name);
    try (OutputStream out = Files.newOutputStream(file)) {
      writing.to(out);
    }
    return file;
  }

  private interface Writing {
    void to(OutputStream out) throws IOException;
  }

  @ParameterizedTest
  @CsvSource({
    "timm, SINCOS, 0",
    "timm, LEARNED, 1",
    "timm, LEARNED, 2",
    "dinov2, LEARNED, 5",
    "torchvision, LEARNED, 1",
    "huggingface, SINCOS, 1",
    "mmsegmentation, SINCOS, 1",
    "huggingface-dinov2, LEARNED, 3"
  })
  void whatIsWrittenIsReadAgainBitByBit(String names, Positions positions, int leading)
      throws IOException {
    ComputationGraph graph = network(positions, leading, true);
    VitExport export = VitExport.of(graph, Map.of());
    Layout layout = Layout.named(names);
    VitImport reader =
        VitImport.builder().layout(layout).heads(3).normEps(1e-5).imageSize(12, 20).build();
    Path safetensors = write("net.safetensors", out -> export.safetensors(layout, out));
    Path npz = write("net.npz", out -> export.npz(layout, out));
    for (Path file : List.of(safetensors, npz)) {
      ImportedVit vit = reader.read(file);
      assertEquals(graph.params(), vit.graph().params());
      assertEquals(
          graph.getConfiguration().toJson().replaceAll("\"(seed|dropPath)\".*", ""),
          vit.graph().getConfiguration().toJson().replaceAll("\"(seed|dropPath)\".*", ""));
    }
    VitExport again = VitExport.of(reader.read(safetensors).graph(), Map.of());
    Path second = write("second.safetensors", out -> again.safetensors(layout, out));
    assertArrayEquals(Files.readAllBytes(safetensors), Files.readAllBytes(second));
  }

  @Test
  void theFileTellsWhatItsShapesCannot() throws IOException {
    VitExport export =
        VitExport.of(network(Positions.SINCOS, 0, false), Map.of("images", "130 photos"));
    Layout timm = Layout.named("timm");
    tells(export, write("net.safetensors", out -> export.safetensors(timm, out)));
    tells(export, write("net.npz", out -> export.npz(timm, out)));
  }

  private static void tells(VitExport export, Path file) throws IOException {
    try (WeightsFile weights = WeightsFile.open(file)) {
      assertEquals("130 photos", weights.notes().get("images"));
      assertEquals("12x20", weights.notes().get("image_size"));
    }
    VitConfig config = VitImport.defaults().read(file).config();
    assertEquals(3, config.heads());
    assertEquals(1e-5, config.normEps());
    assertEquals(export.config().baseGrid(), config.baseGrid());
    assertEquals(false, config.finalNorm());
  }

  /** Even of a network that has nothing of what its namesakes have. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "timm",
        "dino",
        "dinov2",
        "torchvision",
        "huggingface",
        "huggingface-dinov2",
        "mmsegmentation"
      })
  void whatIsWrittenIsRecognisedByItself(String names) throws IOException {
    ComputationGraph graph = network(Positions.SINCOS, 0, true);
    VitExport export = VitExport.of(graph, Map.of());
    Path file = write("net.safetensors", out -> export.safetensors(Layout.named(names), out));
    assertEquals(
        graph.params(), VitImport.builder().keepTokens(false).build().read(file).graph().params());
  }

  @Test
  void networksThatAreNeverWithoutLayerScaleGetOneOfOnes() throws IOException {
    VitExport export = VitExport.of(network(Positions.SINCOS, 0, true), Map.of());
    Layout dinov2 = Layout.named("dinov2");
    Path file = write("net.safetensors", out -> export.safetensors(dinov2, out));
    try (WeightsFile weights = WeightsFile.open(file)) {
      for (String name : List.of("blocks.0.ls1.gamma", "blocks.1.ls2.gamma")) {
        float[] ones = new float[12];
        Arrays.fill(ones, 1);
        assertArrayEquals(ones, weights.groups().get("").get(name).floats());
      }
    }
  }

  @Test
  void networksThatMustHaveAClassTokenGetOneOfZeros() throws IOException {
    VitExport export = VitExport.of(network(Positions.SINCOS, 0, true), Map.of());
    Layout torchvision = Layout.named("torchvision");
    Path file = write("net.safetensors", out -> export.safetensors(torchvision, out));
    try (WeightsFile weights = WeightsFile.open(file)) {
      Map<String, Tensor> tensors = weights.groups().get("");
      assertArrayEquals(new float[12], tensors.get("class_token").floats());
      assertArrayEquals(new long[] {1, 16, 12}, tensors.get("encoder.pos_embedding").shape());
    }
    assertTrue(export.remarks(torchvision).get(0).contains("zeros stand in"));
    assertEquals(List.of(), export.remarks(Layout.named("timm")));
  }

  @ParameterizedTest
  @CsvSource({"SINCOS, 0, true", "LEARNED, 0, true", "LEARNED, 2, true", "SINCOS, 1, false"})
  void onnxRuntimeYieldsTheSameTokens(Positions positions, int leading, boolean norm)
      throws IOException, OrtException {
    ComputationGraph graph = network(positions, leading, norm);
    VitExport export = VitExport.of(graph, Map.of("images", "130 photos"));
    Path any = write("any.onnx", export::onnx);
    for (int[] size : new int[][] {{12, 20}, {24, 28}}) {
      Path fixed = write("fixed.onnx", out -> export.onnx(size[0], size[1], out));
      for (int batch : new int[] {1, 2}) {
        INDArray images = TinyGraph.random(DataType.FLOAT, 5, batch, 2, size[0], size[1]);
        INDArray expected = graph.outputSingle(images);
        assertClose(expected, run(any, images));
        assertClose(expected, run(fixed, images));
      }
    }
    OnnxModel model = OnnxModel.read(any);
    assertEquals("[batch, 2, height, width]", model.notes().get("input image"));
    assertEquals("130 photos", model.notes().get("images"));
    assertEquals("FLOAT [12, 36]", model.weights().get("block_1.qkv.weight"));
  }

  private static INDArray run(Path model, INDArray images) throws OrtException {
    return OnnxRun.of(model, images).get("tokens");
  }

  @Test
  void anOnnxModelOfAnImportedNetworkYieldsThePublishedTokens() throws IOException, OrtException {
    ImportedVit vit = VitImport.builder().heads(2).build().read(Fixture.file("dinov2.pth"));
    Path file = write("net.onnx", VitExport.of(vit.graph(), Map.of())::onnx);
    assertClose(LayoutsTest.published("dinov2"), run(file, LayoutsTest.published("images")));
  }

  @ParameterizedTest
  @ValueSource(strings = {"multihead", "flsl"})
  void layoutsThatLeaveANameOpenAreNotWritten(String names) {
    VitExport export = VitExport.of(network(Positions.SINCOS, 1, true), Map.of());
    Messages.assertRefused(
        () -> export.npz(Layout.named(names), OutputStream.nullOutputStream()),
        "does not say what to call");
  }

  @Test
  void networksThatAreNoVisionTransformersAreRefused() {
    ComputationGraph other =
        TinyGraph.plain(
            DataType.FLOAT,
            builder ->
                builder
                    .addInputs("image")
                    .addLayer(
                        "dense",
                        new org.deeplearning4j.nn.conf.layers.OutputLayer.Builder()
                            .nIn(3)
                            .nOut(2)
                            .build(),
                        "image")
                    .setOutputs("dense"));
    Messages.assertRefused(() -> VitExport.of(other, Map.of()), "no Vision Transformer", "dense");
  }
}
