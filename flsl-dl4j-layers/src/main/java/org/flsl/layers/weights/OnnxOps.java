package org.flsl.layers.weights;

import static java.util.Map.entry;

import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import onnx.Onnx.AttributeProto;
import org.flsl.layers.samediff.Inference;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.api.ops.BaseReduceOp;
import org.nd4j.linalg.api.ops.BaseScalarOp;
import org.nd4j.linalg.api.ops.DynamicCustomOp;

/** The ops of a vertex in the operators of ONNX. */
final class OnnxOps {
  private static final Map<String, String> SAME =
      Map.ofEntries(
          entry("add", "Add"),
          entry("subtract", "Sub"),
          entry("multiply", "Mul"),
          entry("divide", "Div"),
          entry("maximum", "Max"),
          entry("minimum", "Min"),
          entry("abs", "Abs"),
          entry("neg", "Neg"),
          entry("exp", "Exp"),
          entry("log", "Log"),
          entry("erf", "Erf"),
          entry("sqrt", "Sqrt"),
          entry("sigmoid", "Sigmoid"),
          entry("Reciprocal", "Reciprocal"));
  private static final Map<String, String> WITH_NUMBER =
      Map.of(
          "add_scalar",
          "Add",
          "sub_scalar",
          "Sub",
          "mul_scalar",
          "Mul",
          "div_scalar",
          "Div",
          "relu",
          "Max");

  private final OnnxGraph onnx;
  private final String vertex;
  private final Inference inference;

  /** What the values of the vertex are called in the model. */
  private final Map<String, String> names = new HashMap<>();

  private OnnxOps(OnnxGraph onnx, String vertex, Inference inference) {
    this.onnx = onnx;
    this.vertex = vertex;
    this.inference = inference;
  }

  /**
   * Adds what a vertex computes.
   *
   * @param vertex its name, which its weights get
   * @param inputs names of its inputs in the model
   * @return the name of its output in the model
   * @throws WeightsException if there is an op that is not known here
   */
  static String add(OnnxGraph onnx, String vertex, Inference inference, List<String> inputs) {
    OnnxOps ops = new OnnxOps(onnx, vertex, inference);
    for (int i = 0; i < inputs.size(); i++) {
      ops.names.put(inference.inputs().get(i), inputs.get(i));
    }
    inference.ops().forEach(ops::add);
    return ops.name(inference.output());
  }

  /** Weights and constants are added where they are first needed. */
  private String name(String value) {
    return names.computeIfAbsent(
        value,
        missing -> {
          INDArray weight = inference.params().get(missing);
          if (weight != null) {
            return tensor(vertex + "." + missing, weight);
          }
          return tensor(
              vertex + "." + missing,
              inference
                  .constant(missing)
                  .orElseThrow(
                      () ->
                          new WeightsException(
                              "%s: the value \"%s\" changes from step to step, and ONNX cannot say so"
                                  .formatted(vertex, missing))));
        });
  }

  private String tensor(String name, INDArray values) {
    return onnx.tensor(name, values.dup('c').data().asFloat(), values.shape());
  }

  private void add(Inference.Op op) {
    String kind = op.function().opName();
    if (kind.equals("unstack")) {
      // One output for each part; all others have a single one.
      int axis = Math.toIntExact(arguments(op)[0]);
      for (int i = 0; i < op.outputs().size(); i++) {
        names.put(op.outputs().get(i), onnx.pick(name(op.inputs().get(0)), axis, i));
      }
      return;
    }
    names.put(op.outputs().get(0), node(kind, op));
  }

  private String node(String kind, Inference.Op op) {
    if (SAME.containsKey(kind)) {
      return onnx.node(SAME.get(kind), op.inputs().stream().map(this::name).toArray(String[]::new));
    }
    String x = name(op.inputs().get(0));
    if (WITH_NUMBER.containsKey(kind)) {
      return onnx.node(WITH_NUMBER.get(kind), x, onnx.floats(number(op)));
    }
    return switch (kind) {
      case "rsub_scalar" -> onnx.node("Sub", onnx.floats(number(op)), x);
      case "square" -> onnx.node("Mul", x, x);
      case "log1p" -> onnx.node("Log", onnx.node("Add", x, onnx.floats(1)));
      case "identity" -> x;
      case "reshape" -> onnx.node("Reshape", x, onnx.longs(from(arguments(op), 1)));
      case "permute" -> onnx.node("Transpose", List.of(OnnxGraph.list("perm", arguments(op))), x);
      case "concat" -> concat(op);
      case "softmax" -> onnx.node("Softmax", List.of(OnnxGraph.attribute("axis", axis(op))), x);
      case "reduce_mean" -> onnx.node("ReduceMean", reduction(op), x);
      case "matmul" -> product(op);
      case "xw_plus_b" ->
          onnx.node(
              "Add", onnx.node("MatMul", x, name(op.inputs().get(1))), name(op.inputs().get(2)));
      case "strided_slice" -> slice(op, x);
      case "pad" -> pad(op, x);
      default ->
          throw new WeightsException(
              "%s: the op \"%s\" is not among those that can be written as ONNX"
                  .formatted(vertex, kind));
    };
  }

  private static long[] arguments(Inference.Op op) {
    return ((DynamicCustomOp) op.function()).iArgs();
  }

  private static long[] from(long[] values, int first) {
    return Arrays.copyOfRange(values, first, values.length);
  }

  private static float number(Inference.Op op) {
    return ((BaseScalarOp) op.function()).scalar().getFloat(0);
  }

  private String concat(Inference.Op op) {
    return onnx.node(
        "Concat",
        List.of(OnnxGraph.attribute("axis", axis(op))),
        op.inputs().stream().map(this::name).toArray(String[]::new));
  }

  /** The last one where it is not said. */
  private static int axis(Inference.Op op) {
    return arguments(op).length == 0 ? -1 : Math.toIntExact(arguments(op)[0]);
  }

  private static List<AttributeProto> reduction(Inference.Op op) {
    BaseReduceOp reduce = (BaseReduceOp) op.function();
    return List.of(
        OnnxGraph.list("axes", Arrays.stream(reduce.getDimensions()).asLongStream().toArray()),
        OnnxGraph.attribute("keepdims", reduce.isKeepDims() ? 1 : 0));
  }

  private String product(Inference.Op op) {
    long[] turned = Arrays.copyOf(arguments(op), 3);
    String[] factors = new String[2];
    for (int i = 0; i < factors.length; i++) {
      String factor = op.inputs().get(i);
      factors[i] = turned[i] == 0 ? name(factor) : transposed(factor);
    }
    if (turned[2] != 0) {
      throw new WeightsException(vertex + ": a product that is turned round has no form in ONNX");
    }
    return onnx.node("MatMul", factors);
  }

  private String transposed(String value) {
    int rank = inference.shape(value).length;
    long[] axes = IntStream.range(0, rank).asLongStream().toArray();
    axes[rank - 1] = rank - 2;
    axes[rank - 2] = rank - 1;
    return onnx.node("Transpose", List.of(OnnxGraph.list("perm", axes)), name(value));
  }

  /**
   * ND4J's arguments are five masks, in the order begin, ellipsis, end, new axis, shrink; then all
   * begins, all ends and all strides.
   */
  private String slice(Inference.Op op, String x) {
    long[] all = arguments(op);
    int masks = 5;
    int rank = (all.length - masks) / 3;
    if (all[1] != 0 || all[3] != 0 || all[4] != 0) {
      throw new WeightsException(vertex + ": a slice that changes axes has no form in ONNX here");
    }
    long[] begins = Arrays.copyOfRange(all, masks, masks + rank);
    long[] ends = Arrays.copyOfRange(all, masks + rank, masks + 2 * rank);
    for (int axis = 0; axis < rank; axis++) {
      begins[axis] = (all[0] >> axis & 1) == 1 ? 0 : begins[axis];
      ends[axis] = (all[2] >> axis & 1) == 1 ? Long.MAX_VALUE : ends[axis];
    }
    return onnx.node(
        "Slice",
        x,
        onnx.longs(begins),
        onnx.longs(ends),
        onnx.longs(IntStream.range(0, rank).asLongStream().toArray()),
        onnx.longs(from(all, masks + 2 * rank)));
  }

  private String pad(Inference.Op op, String x) {
    if (arguments(op)[0] != 0) {
      throw new WeightsException(
          vertex + ": padding that repeats the map has no form in ONNX here");
    }
    long[] sides =
        inference.constant(op.inputs().get(1)).orElseThrow().transpose().dup('c').data().asLong();
    return onnx.node("Pad", x, onnx.longs(sides));
  }
}
