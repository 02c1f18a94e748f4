package org.flsl.layers.weights;

import java.io.IOException;
import java.io.OutputStream;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import onnx.Onnx.ModelProto;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.conf.graph.ElementWiseVertex;
import org.deeplearning4j.nn.conf.graph.GraphVertex;
import org.deeplearning4j.nn.conf.graph.LayerVertex;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.flsl.layers.samediff.CompiledLossLayer;
import org.flsl.layers.samediff.Inference;

/**
 * Writes a whole graph of this project's layers as ONNX, such as a backbone with the head of a
 * task.
 *
 * <pre>{@code
 * GraphExport.whole(segmenter, "scores", Map.of("classes", "cat dog"))
 *     .onnx(3, 224, 224, Files.newOutputStream(Path.of("segmenter.onnx")));
 * }</pre>
 *
 * <p>The model computes what {@code graph.output(images)} does, for images of one size and batches
 * of any; a loss hands its input on. Every layer of the compiled runtime can be written; others
 * have no form here. For a backbone alone, and images of any size, there is {@link VitExport}.
 */
public final class GraphExport {
  private static final String IMAGE = "image";
  private static final String BATCH = "batch";

  /** For an output that is handed out as it is. */
  private static final long ALL = -1;

  private final ComputationGraph graph;
  private final Map<String, Long> outputs;
  private final Map<String, String> metadata;

  private GraphExport(
      ComputationGraph graph, Map<String, Long> outputs, Map<String, String> metadata) {
    ComputationGraphConfiguration configuration = graph.getConfiguration();
    if (configuration.getNetworkInputs().size() != 1
        || configuration.getNetworkOutputs().size() != 1) {
      throw new IllegalArgumentException(
          "A graph of one input and one output is expected, but this one has the inputs %s and the outputs %s"
              .formatted(configuration.getNetworkInputs(), configuration.getNetworkOutputs()));
    }
    this.graph = graph;
    this.outputs = new LinkedHashMap<>(outputs);
    this.metadata = new LinkedHashMap<>(metadata);
  }

  /** A value of the model while it is made: its name, and its shape for one image. */
  private record Value(String name, long[] shape) {}

  /**
   * Prepares an export whose model has one output.
   *
   * @param graph has one input, images, and one output
   * @param output what the model calls it
   * @param metadata what the file tells of the graph
   * @throws IllegalArgumentException if there are more inputs or outputs
   */
  public static GraphExport whole(
      ComputationGraph graph, String output, Map<String, String> metadata) {
    return new GraphExport(graph, Map.of(output, ALL), metadata);
  }

  /**
   * Prepares an export whose model hands the output of the graph out in parts.
   *
   * @param graph has one input, images, and one output
   * @param parts how many numbers of the output's last axis belong to each, by name and in order
   * @param metadata what the file tells of the graph
   * @throws IllegalArgumentException if there are more inputs or outputs
   */
  public static GraphExport inParts(
      ComputationGraph graph, Map<String, Long> parts, Map<String, String> metadata) {
    return new GraphExport(graph, parts, metadata);
  }

  /**
   * Writes ONNX: {@code image [batch, channels, height, width]} to what the graph says of it.
   *
   * @throws WeightsException if a layer of the graph has no form in ONNX here
   */
  public void onnx(int channels, int height, int width, OutputStream out) throws IOException {
    model(new long[] {1, channels, height, width}).writeTo(out);
  }

  private ModelProto model(long[] image) {
    OnnxGraph.requireRoom(graph);
    OnnxGraph onnx = new OnnxGraph("graph");
    onnx.input(IMAGE, dimensions(image));
    ComputationGraphConfiguration configuration = graph.getConfiguration();
    Map<String, Value> values = new HashMap<>();
    values.put(configuration.getNetworkInputs().get(0), new Value(IMAGE, image));
    for (int index : graph.topologicalSortOrder()) {
      String vertex = graph.getVertices()[index].getVertexName();
      if (!values.containsKey(vertex)) {
        List<Value> inputs =
            configuration.getVertexInputs().get(vertex).stream().map(values::get).toList();
        values.put(vertex, value(onnx, vertex, inputs));
      }
    }
    handOut(onnx, values.get(configuration.getNetworkOutputs().get(0)));
    return onnx.model(metadata);
  }

  private Value value(OnnxGraph onnx, String vertex, List<Value> inputs) {
    GraphVertex settings = graph.getConfiguration().getVertices().get(vertex);
    List<String> names = inputs.stream().map(Value::name).toList();
    if (settings instanceof LayerVertex layer
        && layer.getPreProcessor() == null
        && layer.getLayerConf().getLayer() instanceof CompiledLossLayer) {
      return inputs.get(0);
    }
    if (settings instanceof ElementWiseVertex sum && sum.getOp() == ElementWiseVertex.Op.Add) {
      return new Value(onnx.node("Sum", names.toArray(String[]::new)), inputs.get(0).shape());
    }
    Inference inference =
        Inference.of(graph, vertex, inputs.stream().map(Value::shape).toList())
            .orElseThrow(
                () ->
                    new WeightsException(
                        "%s: a %s has no form in ONNX here, only layers of this project have"
                            .formatted(vertex, kind(settings))));
    return new Value(
        OnnxOps.add(onnx, vertex, inference, names), inference.shape(inference.output()));
  }

  private static String kind(GraphVertex settings) {
    Object layer =
        settings instanceof LayerVertex vertex ? vertex.getLayerConf().getLayer() : settings;
    return layer.getClass().getSimpleName();
  }

  private void handOut(OnnxGraph onnx, Value value) {
    int last = value.shape().length - 1;
    long from = 0;
    for (Map.Entry<String, Long> output : outputs.entrySet()) {
      long[] shape = value.shape().clone();
      if (output.getValue() != ALL) {
        shape[last] = output.getValue();
      }
      long to = from + shape[last];
      String part =
          onnx.node("Slice", value.name(), onnx.longs(from), onnx.longs(to), onnx.longs(last));
      onnx.output(output.getKey(), part, dimensions(shape));
      from = to;
    }
    if (from != value.shape()[last]) {
      throw new IllegalArgumentException(
          "The parts %s have %d numbers together, but the output has %d"
              .formatted(outputs, from, value.shape()[last]));
    }
  }

  /** The batch is open. */
  private static Object[] dimensions(long[] shape) {
    Object[] dimensions = new Object[shape.length];
    dimensions[0] = BATCH;
    for (int i = 1; i < shape.length; i++) {
      dimensions[i] = shape[i];
    }
    return dimensions;
  }
}
