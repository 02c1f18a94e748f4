package org.flsl.layers.weights;

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
import org.nd4j.shade.protobuf.ByteString;

/** An ONNX model under construction: nodes, weights and constants, each called by its output. */
final class OnnxGraph {
  private static final int OPERATORS = 17; // the first set with LayerNormalization
  private static final int IR_VERSION = 8; // the one of that time
  private static final long LARGEST = Integer.MAX_VALUE - (1 << 20); // protobuf counts in int

  private final GraphProto.Builder onnx;

  OnnxGraph(String name) {
    onnx = GraphProto.newBuilder().setName(name);
  }

  /**
   * Looks whether a network fits.
   *
   * @throws WeightsException if a file cannot hold so much
   */
  static void requireRoom(ComputationGraph graph) {
    long bytes = graph.numParams() * Float.BYTES;
    if (bytes > LARGEST) {
      throw new WeightsException(
          "the network takes %d bytes, and an ONNX file holds at most %d: export safetensors"
              .formatted(bytes, LARGEST));
    }
  }

  /** Adds an input; each dimension is a number, or a name for any number. */
  void input(String name, Object... dimensions) {
    onnx.addInput(value(name, dimensions));
  }

  /** Hands a value out under a name. */
  void output(String name, String value, Object... dimensions) {
    onnx.addNode(NodeProto.newBuilder().setOpType("Identity").addInput(value).addOutput(name));
    onnx.addOutput(value(name, dimensions));
  }

  /** The finished model. */
  ModelProto model(Map<String, String> metadata) {
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

  /** Adds weights and returns their name. */
  String tensor(String name, float[] values, long... shape) {
    TensorProto.Builder tensor =
        TensorProto.newBuilder()
            .setName(name)
            .setDataType(TensorProto.DataType.FLOAT_VALUE)
            .setRawData(ByteString.copyFrom(TensorWriter.bytes(values)));
    Arrays.stream(shape).forEach(tensor::addDims);
    onnx.addInitializer(tensor);
    return name;
  }

  /** A vector. */
  String floats(float... values) {
    TensorProto.Builder tensor =
        TensorProto.newBuilder()
            .setDataType(TensorProto.DataType.FLOAT_VALUE)
            .addDims(values.length);
    for (float value : values) {
      tensor.addFloatData(value);
    }
    return constant(tensor);
  }

  /** A vector of whole numbers. */
  String longs(long... values) {
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

  /** One part of a value along an axis, which is gone then. */
  String pick(String parts, int axis, long index) {
    String one = node("Gather", List.of(attribute("axis", axis)), parts, longs(index));
    return node("Squeeze", one, longs(axis));
  }

  /** Adds a node without attributes and returns the name of its only output. */
  String node(String operator, String... inputs) {
    return node(operator, List.of(), inputs);
  }

  /** Adds a node and returns the name of its only output. */
  String node(String operator, List<AttributeProto> attributes, String... inputs) {
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

  static AttributeProto attribute(String name, int value) {
    return AttributeProto.newBuilder()
        .setName(name)
        .setType(AttributeProto.AttributeType.INT)
        .setI(value)
        .build();
  }

  static AttributeProto attribute(String name, float value) {
    return AttributeProto.newBuilder()
        .setName(name)
        .setType(AttributeProto.AttributeType.FLOAT)
        .setF(value)
        .build();
  }

  static AttributeProto attribute(String name, String value) {
    return AttributeProto.newBuilder()
        .setName(name)
        .setType(AttributeProto.AttributeType.STRING)
        .setS(ByteString.copyFromUtf8(value))
        .build();
  }

  static AttributeProto list(String name, long... values) {
    AttributeProto.Builder attribute =
        AttributeProto.newBuilder().setName(name).setType(AttributeProto.AttributeType.INTS);
    for (long value : values) {
      attribute.addInts(value);
    }
    return attribute.build();
  }

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
