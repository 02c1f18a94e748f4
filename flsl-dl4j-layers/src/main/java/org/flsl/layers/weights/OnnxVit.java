package org.flsl.layers.weights;

import static org.flsl.layers.vit.VitBackbone.EMBEDDING;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import onnx.Onnx.AttributeProto;
import onnx.Onnx.GraphProto;
import onnx.Onnx.ModelProto;
import onnx.Onnx.NodeProto;
import onnx.Onnx.OperatorSetIdProto;
import onnx.Onnx.StringStringEntryProto;
import onnx.Onnx.TensorProto;
import onnx.Onnx.TensorShapeProto;
import onnx.Onnx.TypeProto;
import onnx.Onnx.ValueInfoProto;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.flsl.layers.TokenGrid;
import org.flsl.layers.vit.PatchEmbedding;
import org.flsl.layers.vit.Positions;
import org.flsl.layers.vit.VitConfig;
import org.flsl.layers.weights.Layout.Slot;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.shade.protobuf.ByteString;

/**
 * A Vision Transformer in the operators of ONNX.
 *
 * <p>Positions for images of any size are resampled by the operator Resize, whose coordinates and
 * kernel are those of our own resampling.
 */
final class OnnxVit {
  private static final int OPERATORS = 17; // the first set with LayerNormalization
  private static final int IR_VERSION = 8; // the one of that time
  private static final long LARGEST = Integer.MAX_VALUE - (1 << 20); // protobuf counts in int
  private static final float NUDGE = 0.1f; // see the resampling of positions

  private final ComputationGraph graph;
  private final VitConfig config;
  private final TokenGrid grid;
  private final GraphProto.Builder onnx = GraphProto.newBuilder().setName("vit");

  /**
   * @param grid of the images; null for any
   */
  OnnxVit(ComputationGraph graph, VitConfig config, TokenGrid grid) {
    this.graph = graph;
    this.config = config;
    this.grid = grid;
  }

  ModelProto model(Map<String, String> metadata) {
    long bytes = graph.numParams() * Float.BYTES;
    if (bytes > LARGEST) {
      throw new WeightsException(
          "the network takes %d bytes, and an ONNX file holds at most %d: export safetensors"
              .formatted(bytes, LARGEST));
    }
    String tokens = blocks(embedding());
    if (config.leadingTokens() > 0) {
      tokens =
          node("Slice", tokens, longs(config.leadingTokens()), longs(Long.MAX_VALUE), longs(1));
    }
    if (config.finalNorm()) {
      tokens = layerNorm(tokens, "norm", -1);
    }
    onnx.addNode(NodeProto.newBuilder().setOpType("Identity").addInput(tokens).addOutput("tokens"));
    boolean anySize = grid == null;
    onnx.addInput(
        value(
            "image",
            "batch",
            config.channels(),
            anySize ? "height" : grid.height() * config.patch(),
            anySize ? "width" : grid.width() * config.patch()));
    onnx.addOutput(value("tokens", "batch", anySize ? "tokens" : grid.tokens(), config.width()));
    ModelProto.Builder model =
        ModelProto.newBuilder()
            .setIrVersion(IR_VERSION)
            .setProducerName("flsl-dl4j")
            .addOpsetImport(OperatorSetIdProto.newBuilder().setVersion(OPERATORS))
            .setGraph(onnx);
    metadata.forEach(
        (key, text) ->
            model.addMetadataProps(StringStringEntryProto.newBuilder().setKey(key).setValue(text)));
    return model.build();
  }

  /** {@code [batch, leading + tokens, width]}. */
  private String embedding() {
    long side = config.patch();
    String patches =
        node(
            "Conv",
            List.of(list("kernel_shape", side, side), list("strides", side, side)),
            "image",
            weight("patch", "weight", -1),
            weight("patch", "bias", -1));
    String rows = sequence(patches);
    String tokens = node("Add", rows, grid == null ? resampledPositions(patches) : positions());
    if (config.leadingTokens() == 0) {
      return tokens;
    }
    String batch = node("Slice", node("Shape", "image"), longs(0), longs(1));
    String shape = node("Concat", List.of(attribute("axis", 0)), batch, longs(1, 1));
    INDArray leading = VitPart.parameter(graph, EMBEDDING, "leading");
    String own =
        tensor("leading", leading.dup('c').data().asFloat(), 1, leading.size(0), config.width());
    return node("Concat", List.of(attribute("axis", 1)), node("Expand", own, shape), tokens);
  }

  /** {@code [batch, width, rows, columns]} to {@code [batch, rows * columns, width]}. */
  private String sequence(String map) {
    String flat = node("Reshape", map, longs(0, config.width(), -1));
    return node("Transpose", List.of(list("perm", 0, 2, 1)), flat);
  }

  private INDArray table(TokenGrid of) {
    INDArray learned =
        config.positions() == Positions.LEARNED
            ? VitPart.parameter(graph, EMBEDDING, "positions")
            : null;
    return new PatchEmbedding(config, 1).positionTable(learned, of);
  }

  private String positions() {
    return tensor(
        "positions", table(grid).dup('c').data().asFloat(), 1, grid.tokens(), config.width());
  }

  /** Where the grid is that of the table, the scale is 1 and the table stays as it is. */
  private String resampledPositions(String patches) {
    TokenGrid base = config.baseGrid();
    INDArray columns = table(base).transpose().dup('c');
    String map =
        tensor(
            "positions", columns.data().asFloat(), 1, config.width(), base.height(), base.width());
    String wanted = node("Slice", node("Shape", patches), longs(2), longs(4));
    String same =
        node(
            "ReduceMin",
            List.of(list("axes", 0), attribute("keepdims", 1)),
            node(
                "Cast",
                List.of(attribute("to", TensorProto.DataType.INT32_VALUE)),
                node("Equal", wanted, longs(base.height(), base.width()))));
    String nudge =
        node(
            "Where",
            node("Cast", List.of(attribute("to", TensorProto.DataType.BOOL_VALUE)), same),
            floats(0),
            floats(NUDGE));
    String size = node("Cast", List.of(attribute("to", TensorProto.DataType.FLOAT_VALUE)), wanted);
    String scale = node("Div", node("Add", size, nudge), floats(base.height(), base.width()));
    String scales = node("Concat", List.of(attribute("axis", 0)), floats(1, 1), scale);
    String resized =
        node(
            "Resize",
            List.of(
                attribute("mode", "cubic"),
                attribute("coordinate_transformation_mode", "half_pixel"),
                attribute("cubic_coeff_a", -0.75f)),
            map,
            "",
            scales);
    return sequence(resized);
  }

  private String blocks(String tokens) {
    String x = tokens;
    for (int block = 0; block < config.depth(); block++) {
      x = node("Add", x, attention(layerNorm(x, "norm1", block), block));
      x = node("Add", x, mlp(layerNorm(x, "norm2", block), block));
    }
    return x;
  }

  private String layerNorm(String x, String part, int block) {
    return node(
        "LayerNormalization",
        List.of(attribute("axis", -1), attribute("epsilon", (float) config.normEps())),
        x,
        weight(part, "weight", block),
        weight(part, "bias", block));
  }

  private String linear(String x, String part, int block) {
    return node(
        "Add", node("MatMul", x, weight(part, "weight", block)), weight(part, "bias", block));
  }

  private String attention(String x, int block) {
    long heads = config.heads();
    long headWidth = config.width() / heads;
    String split =
        node(
            "Transpose",
            List.of(list("perm", 2, 0, 3, 1, 4)),
            node("Reshape", linear(x, "qkv", block), longs(0, 0, 3, heads, headWidth)));
    String q = node("Mul", pick(split, 0), floats((float) (1 / Math.sqrt(headWidth))));
    String k = node("Transpose", List.of(list("perm", 0, 1, 3, 2)), pick(split, 1));
    String weights = node("Softmax", List.of(attribute("axis", -1)), node("MatMul", q, k));
    String attended =
        node(
            "Transpose",
            List.of(list("perm", 0, 2, 1, 3)),
            node("MatMul", weights, pick(split, 2)));
    return linear(node("Reshape", attended, longs(0, 0, config.width())), "proj", block);
  }

  private String pick(String parts, long index) {
    String one = node("Gather", List.of(attribute("axis", 0)), parts, longs(index));
    return node("Squeeze", one, longs(0));
  }

  private String mlp(String x, int block) {
    String up = linear(x, "fc1", block);
    String erf = node("Erf", node("Div", up, floats((float) Math.sqrt(2))));
    String gelu = node("Mul", node("Mul", up, node("Add", erf, floats(1))), floats(0.5f));
    return linear(gelu, "fc2", block);
  }

  private String weight(String part, String kind, int block) {
    Slot slot = new Slot(part, kind, block, -1);
    String name = (block < 0 ? "" : "block_" + block + ".") + part + "." + kind;
    if (part.equals("patch")) {
      return tensor(name, VitPart.read(graph, slot), VitPart.shape(config, slot));
    }
    // Products take our own layout, [in, out].
    INDArray parameter = VitPart.parameter(graph, slot);
    long[] shape = kind.equals("bias") ? new long[] {parameter.length()} : parameter.shape();
    boolean vector = part.startsWith("norm") || kind.equals("bias");
    return tensor(
        name,
        parameter.dup('c').data().asFloat(),
        vector ? new long[] {parameter.length()} : shape);
  }

  private String tensor(String name, float[] values, long... shape) {
    TensorProto.Builder tensor =
        TensorProto.newBuilder()
            .setName(name)
            .setDataType(TensorProto.DataType.FLOAT_VALUE)
            .setRawData(ByteString.copyFrom(TensorWriter.bytes(values)));
    Arrays.stream(shape).forEach(tensor::addDims);
    onnx.addInitializer(tensor);
    return name;
  }

  private String floats(float... values) {
    TensorProto.Builder tensor =
        TensorProto.newBuilder()
            .setDataType(TensorProto.DataType.FLOAT_VALUE)
            .addDims(values.length);
    for (float value : values) {
      tensor.addFloatData(value);
    }
    return constant(tensor);
  }

  private String longs(long... values) {
    TensorProto.Builder tensor =
        TensorProto.newBuilder()
            .setDataType(TensorProto.DataType.INT64_VALUE)
            .addDims(values.length);
    for (long value : values) {
      tensor.addInt64Data(value);
    }
    return constant(tensor);
  }

  private String constant(TensorProto.Builder tensor) {
    String name = "constant_" + onnx.getInitializerCount();
    onnx.addInitializer(tensor.setName(name));
    return name;
  }

  private String node(String operator, String... inputs) {
    return node(operator, List.of(), inputs);
  }

  /** Adds a node and returns the name of its only output. */
  private String node(String operator, List<AttributeProto> attributes, String... inputs) {
    String output = operator + "_" + onnx.getNodeCount();
    onnx.addNode(
        NodeProto.newBuilder()
            .setOpType(operator)
            .setName(output)
            .addAllInput(Arrays.asList(inputs))
            .addOutput(output)
            .addAllAttribute(attributes));
    return output;
  }

  private static AttributeProto attribute(String name, int value) {
    return AttributeProto.newBuilder()
        .setName(name)
        .setType(AttributeProto.AttributeType.INT)
        .setI(value)
        .build();
  }

  private static AttributeProto attribute(String name, float value) {
    return AttributeProto.newBuilder()
        .setName(name)
        .setType(AttributeProto.AttributeType.FLOAT)
        .setF(value)
        .build();
  }

  private static AttributeProto attribute(String name, String value) {
    return AttributeProto.newBuilder()
        .setName(name)
        .setType(AttributeProto.AttributeType.STRING)
        .setS(ByteString.copyFromUtf8(value))
        .build();
  }

  private static AttributeProto list(String name, long... values) {
    AttributeProto.Builder attribute =
        AttributeProto.newBuilder().setName(name).setType(AttributeProto.AttributeType.INTS);
    for (long value : values) {
      attribute.addInts(value);
    }
    return attribute.build();
  }

  /** Each dimension is a number, or a name for any number. */
  private static ValueInfoProto value(String name, Object... dimensions) {
    TensorShapeProto.Builder shape = TensorShapeProto.newBuilder();
    for (Object dimension : dimensions) {
      TensorShapeProto.Dimension.Builder size = shape.addDimBuilder();
      if (dimension instanceof Number number) {
        size.setDimValue(number.longValue());
      } else {
        size.setDimParam((String) dimension);
      }
    }
    return ValueInfoProto.newBuilder()
        .setName(name)
        .setType(
            TypeProto.newBuilder()
                .setTensorType(
                    TypeProto.Tensor.newBuilder()
                        .setElemType(TensorProto.DataType.FLOAT_VALUE)
                        .setShape(shape)))
        .build();
  }
}
