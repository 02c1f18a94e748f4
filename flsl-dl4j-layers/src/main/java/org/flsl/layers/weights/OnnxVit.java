package org.flsl.layers.weights;

import static org.flsl.layers.vit.VitBackbone.EMBEDDING;

import java.util.List;
import java.util.Map;
import onnx.Onnx.ModelProto;
import onnx.Onnx.TensorProto;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.flsl.layers.TokenGrid;
import org.flsl.layers.vit.PatchEmbedding;
import org.flsl.layers.vit.Positions;
import org.flsl.layers.vit.VitConfig;
import org.flsl.layers.weights.Layout.Slot;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * A Vision Transformer in the operators of ONNX.
 *
 * <p>Positions for images of any size are resampled by the operator Resize, whose coordinates and
 * kernel are those of our own resampling.
 */
final class OnnxVit {
  private static final float NUDGE = 0.1f; // see the resampling of positions

  private final ComputationGraph graph;
  private final VitConfig config;
  private final TokenGrid grid;
  private final OnnxGraph onnx = new OnnxGraph("vit");

  /**
   * @param grid of the images; null for any
   */
  OnnxVit(ComputationGraph graph, VitConfig config, TokenGrid grid) {
    this.graph = graph;
    this.config = config;
    this.grid = grid;
  }

  ModelProto model(Map<String, String> metadata) {
    OnnxGraph.requireRoom(graph);
    boolean anySize = grid == null;
    onnx.input(
        "image",
        "batch",
        config.channels(),
        anySize ? "height" : grid.height() * config.patch(),
        anySize ? "width" : grid.width() * config.patch());
    String tokens = blocks(embedding());
    if (config.leadingTokens() > 0) {
      tokens =
          onnx.node(
              "Slice",
              tokens,
              onnx.longs(config.leadingTokens()),
              onnx.longs(Long.MAX_VALUE),
              onnx.longs(1));
    }
    if (config.finalNorm()) {
      tokens = layerNorm(tokens, "norm", -1);
    }
    onnx.output("tokens", tokens, "batch", anySize ? "tokens" : grid.tokens(), config.width());
    return onnx.model(metadata);
  }

  /** {@code [batch, leading + tokens, width]}. */
  private String embedding() {
    long side = config.patch();
    String patches =
        onnx.node(
            "Conv",
            List.of(
                OnnxGraph.list("kernel_shape", side, side), OnnxGraph.list("strides", side, side)),
            "image",
            weight("patch", "weight", -1),
            weight("patch", "bias", -1));
    String rows = sequence(patches);
    String tokens =
        onnx.node("Add", rows, grid == null ? resampledPositions(patches) : positions());
    if (config.leadingTokens() == 0) {
      return tokens;
    }
    String batch = onnx.node("Slice", onnx.node("Shape", "image"), onnx.longs(0), onnx.longs(1));
    String shape =
        onnx.node("Concat", List.of(OnnxGraph.attribute("axis", 0)), batch, onnx.longs(1, 1));
    INDArray leading = VitPart.parameter(graph, EMBEDDING, "leading");
    String own =
        onnx.tensor(
            "leading", leading.dup('c').data().asFloat(), 1, leading.size(0), config.width());
    return onnx.node(
        "Concat", List.of(OnnxGraph.attribute("axis", 1)), onnx.node("Expand", own, shape), tokens);
  }

  /** {@code [batch, width, rows, columns]} to {@code [batch, rows * columns, width]}. */
  private String sequence(String map) {
    String flat = onnx.node("Reshape", map, onnx.longs(0, config.width(), -1));
    return onnx.node("Transpose", List.of(OnnxGraph.list("perm", 0, 2, 1)), flat);
  }

  private INDArray table(TokenGrid of) {
    INDArray learned =
        config.positions() == Positions.LEARNED
            ? VitPart.parameter(graph, EMBEDDING, "positions")
            : null;
    return new PatchEmbedding(config, 1).positionTable(learned, of);
  }

  private String positions() {
    return onnx.tensor(
        "positions", table(grid).dup('c').data().asFloat(), 1, grid.tokens(), config.width());
  }

  /** Where the grid is that of the table, the scale is 1 and the table stays as it is. */
  private String resampledPositions(String patches) {
    TokenGrid base = config.baseGrid();
    INDArray columns = table(base).transpose().dup('c');
    String map =
        onnx.tensor(
            "positions", columns.data().asFloat(), 1, config.width(), base.height(), base.width());
    String wanted = onnx.node("Slice", onnx.node("Shape", patches), onnx.longs(2), onnx.longs(4));
    String same =
        onnx.node(
            "ReduceMin",
            List.of(OnnxGraph.list("axes", 0), OnnxGraph.attribute("keepdims", 1)),
            onnx.node(
                "Cast",
                List.of(OnnxGraph.attribute("to", TensorProto.DataType.INT32_VALUE)),
                onnx.node("Equal", wanted, onnx.longs(base.height(), base.width()))));
    String nudge =
        onnx.node(
            "Where",
            onnx.node(
                "Cast", List.of(OnnxGraph.attribute("to", TensorProto.DataType.BOOL_VALUE)), same),
            onnx.floats(0),
            onnx.floats(NUDGE));
    String size =
        onnx.node(
            "Cast", List.of(OnnxGraph.attribute("to", TensorProto.DataType.FLOAT_VALUE)), wanted);
    String scale =
        onnx.node("Div", onnx.node("Add", size, nudge), onnx.floats(base.height(), base.width()));
    String scales =
        onnx.node("Concat", List.of(OnnxGraph.attribute("axis", 0)), onnx.floats(1, 1), scale);
    String resized =
        onnx.node(
            "Resize",
            List.of(
                OnnxGraph.attribute("mode", "cubic"),
                OnnxGraph.attribute("coordinate_transformation_mode", "half_pixel"),
                OnnxGraph.attribute("cubic_coeff_a", -0.75f)),
            map,
            "",
            scales);
    return sequence(resized);
  }

  private String blocks(String tokens) {
    String x = tokens;
    for (int block = 0; block < config.depth(); block++) {
      x = onnx.node("Add", x, attention(layerNorm(x, "norm1", block), block));
      x = onnx.node("Add", x, mlp(layerNorm(x, "norm2", block), block));
    }
    return x;
  }

  private String layerNorm(String x, String part, int block) {
    return onnx.node(
        "LayerNormalization",
        List.of(
            OnnxGraph.attribute("axis", -1),
            OnnxGraph.attribute("epsilon", (float) config.normEps())),
        x,
        weight(part, "weight", block),
        weight(part, "bias", block));
  }

  private String linear(String x, String part, int block) {
    return onnx.node(
        "Add", onnx.node("MatMul", x, weight(part, "weight", block)), weight(part, "bias", block));
  }

  private String attention(String x, int block) {
    long heads = config.heads();
    long headWidth = config.width() / heads;
    String split =
        onnx.node(
            "Transpose",
            List.of(OnnxGraph.list("perm", 2, 0, 3, 1, 4)),
            onnx.node("Reshape", linear(x, "qkv", block), onnx.longs(0, 0, 3, heads, headWidth)));
    String q =
        onnx.node("Mul", onnx.pick(split, 0, 0), onnx.floats((float) (1 / Math.sqrt(headWidth))));
    String k =
        onnx.node("Transpose", List.of(OnnxGraph.list("perm", 0, 1, 3, 2)), onnx.pick(split, 0, 1));
    String weights =
        onnx.node("Softmax", List.of(OnnxGraph.attribute("axis", -1)), onnx.node("MatMul", q, k));
    String attended =
        onnx.node(
            "Transpose",
            List.of(OnnxGraph.list("perm", 0, 2, 1, 3)),
            onnx.node("MatMul", weights, onnx.pick(split, 0, 2)));
    return linear(onnx.node("Reshape", attended, onnx.longs(0, 0, config.width())), "proj", block);
  }

  private String mlp(String x, int block) {
    String up = linear(x, "fc1", block);
    String erf = onnx.node("Erf", onnx.node("Div", up, onnx.floats((float) Math.sqrt(2))));
    String gelu =
        onnx.node(
            "Mul", onnx.node("Mul", up, onnx.node("Add", erf, onnx.floats(1))), onnx.floats(0.5f));
    return linear(gelu, "fc2", block);
  }

  private String weight(String part, String kind, int block) {
    Slot slot = new Slot(part, kind, block, -1);
    String name = (block < 0 ? "" : "block_" + block + ".") + part + "." + kind;
    if (part.equals("patch")) {
      return onnx.tensor(name, VitPart.read(graph, slot), VitPart.shape(config, slot));
    }
    // Products take our own layout, [in, out].
    INDArray parameter = VitPart.parameter(graph, slot);
    long[] shape = kind.equals("bias") ? new long[] {parameter.length()} : parameter.shape();
    boolean vector = part.startsWith("norm") || kind.equals("bias");
    return onnx.tensor(
        name,
        parameter.dup('c').data().asFloat(),
        vector ? new long[] {parameter.length()} : shape);
  }
}
