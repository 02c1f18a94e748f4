package org.flsl.downstream;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.onnxruntime.OrtException;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.ConvolutionLayer;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.flsl.downstream.detection.DetectionHead;
import org.flsl.downstream.detection.DetectorExport;
import org.flsl.downstream.detection.InstanceHead;
import org.flsl.downstream.segmentation.SegmentationHead;
import org.flsl.evaluation.data.ImageSize;
import org.flsl.layers.Backbone;
import org.flsl.layers.Messages;
import org.flsl.layers.TinyGraph;
import org.flsl.layers.graph.GraphBackbone;
import org.flsl.layers.vit.Positions;
import org.flsl.layers.vit.VitBackbone;
import org.flsl.layers.vit.VitConfig;
import org.flsl.layers.weights.GraphExport;
import org.flsl.layers.weights.OnnxModel;
import org.flsl.layers.weights.OnnxRun;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** Models of tasks in ONNX Runtime say what they say in DL4J. */
class TaskExportTest {
  private static final ImageSize SIZE = new ImageSize(48, 80);
  private static final int CLASSES = 3;
  private static final int PROTOTYPES = 4;

  @TempDir Path folder;

  private static VitBackbone vit(Positions positions, int leading, int patch) {
    return VitBackbone.of(
        VitConfig.builder()
            .width(12)
            .heads(3)
            .depth(2)
            .patch(patch)
            .imageSize(48)
            .positions(positions)
            .leadingTokens(leading)
            .build());
  }

  /** With weights that make every number count, those of norms and biases too. */
  private static ComputationGraph graph(Backbone backbone, Head head, boolean frozen) {
    FineTuning learning = FineTuning.builder().iterations(1).frozen(frozen).build();
    ComputationGraph graph = new TaskGraph(backbone, head, SIZE, learning).init();
    graph.params().addi(TinyGraph.random(DataType.FLOAT, 4, graph.params().shape()).muli(0.1));
    return graph;
  }

  private static INDArray images(int batch) {
    return TinyGraph.random(DataType.FLOAT, batch, batch, 3, SIZE.height(), SIZE.width());
  }

  private static DetectionHead boxes(List<Integer> scales) {
    return new DetectionHead(16, 1, scales, CLASSES);
  }

  /** Writes a file. */
  private interface Writing {
    void to(OutputStream out) throws IOException;
  }

  private Path write(Writing writing) throws IOException {
    Path file = folder.resolve("model.onnx");
    try (OutputStream out = Files.newOutputStream(file)) {
      writing.to(out);
    }
    return file;
  }

  private static void assertSame(INDArray expected, INDArray found) {
    assertEquals(expected.shapeInfoToString(), found.shapeInfoToString());
    double most = expected.sub(found).amaxNumber().doubleValue();
    assertTrue(most < 1e-4 * expected.amaxNumber().doubleValue(), "differs by " + most);
  }

  @ParameterizedTest
  @CsvSource({"SINCOS, 0, 16, false", "LEARNED, 2, 16, true", "LEARNED, 0, 8, false"})
  void scoresOfEveryPixel(Positions positions, int leading, int patch, boolean frozen)
      throws IOException, OrtException {
    ComputationGraph graph =
        graph(vit(positions, leading, patch), new SegmentationHead(32, CLASSES, List.of()), frozen);
    GraphExport export = GraphExport.whole(graph, "scores", Map.of("classes", "a b c"));
    Path file = write(out -> export.onnx(3, SIZE.height(), SIZE.width(), out));
    for (int batch : new int[] {1, 3}) {
      assertSame(graph.outputSingle(images(batch)), OnnxRun.of(file, images(batch)).get("scores"));
    }
    Map<String, String> notes = OnnxModel.read(file).notes();
    assertEquals("[batch, 3, 48, 80]", notes.get("input image"));
    assertEquals("[batch, 3, 48, 80]", notes.get("output scores"));
    assertEquals("a b c", notes.get("classes"));
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void whatADetectorSaysOfEveryPlace(boolean frozen) throws IOException, OrtException {
    ComputationGraph graph = graph(vit(Positions.SINCOS, 0, 16), boxes(List.of(1, 0, -1)), frozen);
    Path file = write(out -> DetectorExport.onnx(graph, SIZE, Map.of("task", "detection"), out));
    for (int batch : new int[] {1, 3}) {
      Map<String, INDArray> found = OnnxRun.of(file, images(batch));
      assertEquals(List.of("classes", "edges", "centerness"), List.copyOf(found.keySet()));
      assertSame(
          graph.outputSingle(images(batch)),
          Nd4j.concat(2, found.values().toArray(INDArray[]::new)));
    }
    Map<String, String> notes = OnnxModel.read(file).notes();
    assertEquals("[[8.0, 6, 10], [16.0, 3, 5], [32.0, 1, 2]]", notes.get("levels"));
    assertEquals("[batch, 77, 4]", notes.get("output edges"));
    assertEquals("detection", notes.get("task"));
  }

  @Test
  void masksToo() throws IOException, OrtException {
    InstanceHead head = new InstanceHead(boxes(List.of(1, 0)), PROTOTYPES, 5);
    ComputationGraph graph = graph(vit(Positions.LEARNED, 1, 16), head, false);
    Path file = write(out -> DetectorExport.onnx(graph, SIZE, Map.of(), out));
    Map<String, INDArray> found = OnnxRun.of(file, images(2));
    assertSame(
        graph.outputSingle(images(2)), Nd4j.concat(2, found.values().toArray(INDArray[]::new)));
    assertEquals("[batch, 75, 16]", OnnxModel.read(file).notes().get("output prototypes"));
  }

  @Test
  void otherSizesThanThatOfTheTraining() throws IOException, OrtException {
    ComputationGraph graph = graph(vit(Positions.LEARNED, 0, 16), boxes(List.of(0)), false);
    ImageSize other = new ImageSize(32, 64);
    Path file = write(out -> DetectorExport.onnx(graph, other, Map.of(), out));
    INDArray images = TinyGraph.random(DataType.FLOAT, 1, 1, 3, 32, 64);
    assertSame(
        graph.outputSingle(images),
        Nd4j.concat(2, OnnxRun.of(file, images).values().toArray(INDArray[]::new)));
  }

  @Test
  void layersOfOthersAreRefusedByTheirNames() {
    GraphBackbone convolutional =
        GraphBackbone.of(
            new NeuralNetConfiguration.Builder()
                .graphBuilder()
                .addInputs("photo")
                .addLayer(
                    "stem",
                    new ConvolutionLayer.Builder(16, 16).stride(16, 16).nIn(3).nOut(8).build(),
                    "photo")
                .setOutputs("stem")
                .setInputTypes(InputType.convolutional(48, 80, 3))
                .build(),
            "stem");
    ComputationGraph graph = graph(convolutional, boxes(List.of(0)), false);
    Messages.assertRefused(
        () -> DetectorExport.onnx(graph, SIZE, Map.of(), OutputStream.nullOutputStream()),
        "backbone/stem",
        "ConvolutionLayer",
        "no form in ONNX");
  }
}
