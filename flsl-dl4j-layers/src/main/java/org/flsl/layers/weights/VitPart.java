package org.flsl.layers.weights;

import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.bytedeco.javacpp.FloatPointer;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.graph.vertex.GraphVertex;
import org.flsl.layers.vit.VitBackbone;
import org.flsl.layers.vit.VitConfig;
import org.flsl.layers.weights.Layout.Slot;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.concurrency.AffinityManager;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.api.shape.Shape;
import org.nd4j.linalg.factory.Nd4j;

/**
 * A part of our Vision Transformer: which vertex and parameters hold it, and its shape in PyTorch.
 *
 * <p>PyTorch stores a linear layer as {@code [out, in]}, we as {@code [in, out]}.
 */
enum VitPart {
  PATCH(VitBackbone.EMBEDDING, "patchW", "patchB"),
  NORM1(VitBackbone.BLOCK + "%d", "norm1Gain", "norm1Bias"),
  QKV(VitBackbone.BLOCK + "%d", "qkvW", "qkvB"),
  PROJ(VitBackbone.BLOCK + "%d", "projW", "projB"),
  NORM2(VitBackbone.BLOCK + "%d", "norm2Gain", "norm2Bias"),
  FC1(VitBackbone.BLOCK + "%d", "fc1W", "fc1B"),
  FC2(VitBackbone.BLOCK + "%d", "fc2W", "fc2B"),
  NORM(VitBackbone.NORM, "gain", "bias");

  static final String WEIGHT = "weight";
  static final String BIAS = "bias";

  private static final List<VitPart> OF_BLOCKS = List.of(NORM1, QKV, PROJ, NORM2, FC1, FC2);

  private final String vertex;
  private final String weight;
  private final String bias;

  VitPart(String vertex, String weight, String bias) {
    this.vertex = vertex;
    this.weight = weight;
    this.bias = bias;
  }

  /** What layouts call it. */
  String key() {
    return name().toLowerCase(java.util.Locale.ROOT);
  }

  /** Every weight and bias of a network, in the order of its computation. */
  static List<Slot> slots(VitConfig config) {
    Stream<Slot> blocks =
        IntStream.range(0, config.depth())
            .boxed()
            .flatMap(block -> OF_BLOCKS.stream().flatMap(part -> part.both(block)));
    Stream<Slot> norm = config.finalNorm() ? NORM.both(-1) : Stream.empty();
    return Stream.of(PATCH.both(-1), blocks, norm).flatMap(slots -> slots).toList();
  }

  private Stream<Slot> both(int block) {
    return Stream.of(WEIGHT, BIAS).map(kind -> new Slot(key(), kind, block, -1));
  }

  private static VitPart of(Slot slot) {
    return valueOf(slot.key().toUpperCase(java.util.Locale.ROOT));
  }

  /** The shape of a weight or bias in PyTorch. */
  static long[] shape(VitConfig config, Slot slot) {
    long width = config.width();
    long hidden = config.hidden();
    VitPart part = of(slot);
    long out =
        switch (part) {
          case QKV -> 3 * width;
          case FC1 -> hidden;
          default -> width;
        };
    if (slot.kind().equals(BIAS)) {
      return new long[] {out};
    }
    return switch (part) {
      case PATCH -> new long[] {width, config.channels(), config.patch(), config.patch()};
      case NORM1, NORM2, NORM -> new long[] {width};
      case FC2 -> new long[] {width, hidden};
      default -> new long[] {out, width};
    };
  }

  /** The parameter of a network that holds a weight or bias. */
  static INDArray parameter(ComputationGraph graph, Slot slot) {
    VitPart part = of(slot);
    return parameter(
        graph,
        part.vertex.formatted(slot.block()),
        slot.kind().equals(WEIGHT) ? part.weight : part.bias);
  }

  /**
   * A parameter by vertex and name; null if there is none. Unlike DL4J's getParam also of vertices.
   */
  static INDArray parameter(ComputationGraph graph, String vertex, String name) {
    GraphVertex found = graph.getVertex(vertex);
    Map<String, INDArray> parameters = found == null ? null : found.paramTable(false);
    return parameters == null ? null : parameters.get(name);
  }

  /** Sets a parameter to values in PyTorch's order. */
  static void write(ComputationGraph graph, Slot slot, float[] values) {
    INDArray parameter = parameter(graph, slot);
    if (values.length != parameter.length()) {
      // What follows writes where the parameter lies, and nothing bounds it.
      throw new WeightsException(
          "%d numbers for the %s of block %d, which has %d"
              .formatted(values.length, slot.key(), slot.block(), parameter.length()));
    }
    if (!isMatrix(slot)) {
      put(parameter, values);
      return;
    }
    int out = (int) parameter.size(1);
    int in = values.length / out;
    if (!isOnePiece(parameter)) {
      put(parameter, transposed(values, out, in));
      return;
    }
    FloatPointer memory = memory(parameter);
    long start = memory.position();
    transpose(
        values, out, in, (strip, count, at) -> memory.position(start + at).put(strip, 0, count));
  }

  /**
   * Sets a parameter to values, row by row. Parameters of a new graph lie in one piece; ND4J's own
   * {@code assign} would first make a second array of the values, which takes longer than to read
   * them.
   */
  static void put(INDArray parameter, float[] values) {
    if (isOnePiece(parameter) && values.length == parameter.length()) {
      memory(parameter).put(values);
    } else {
      parameter.assign(Nd4j.createFromArray(values).reshape(parameter.shape()));
    }
  }

  private static boolean isOnePiece(INDArray parameter) {
    return parameter.ordering() == 'c'
        && parameter.dataType() == DataType.FLOAT
        && Shape.hasDefaultStridesForShape(parameter);
  }

  /** Where the numbers lie, which somebody is about to write. */
  private static FloatPointer memory(INDArray parameter) {
    Nd4j.getAffinityManager().tagLocation(parameter, AffinityManager.Location.HOST);
    return new FloatPointer(parameter.data().addressPointer());
  }

  /** The values of a parameter in PyTorch's order. */
  static float[] read(ComputationGraph graph, Slot slot) {
    INDArray parameter = parameter(graph, slot);
    float[] ours = parameter.dup('c').data().asFloat();
    if (!isMatrix(slot)) {
      return ours;
    }
    int out = (int) parameter.size(1);
    return transposed(ours, ours.length / out, out);
  }

  private static boolean isMatrix(Slot slot) {
    VitPart part = of(slot);
    return slot.kind().equals(WEIGHT) && part != NORM1 && part != NORM2 && part != NORM;
  }

  static float[] transposed(float[] values, int rows, int columns) {
    float[] result = new float[values.length];
    transpose(
        values, rows, columns, (strip, count, at) -> System.arraycopy(strip, 0, result, at, count));
    return result;
  }

  /** Takes some whole rows of a result, which begin at a place in it. */
  private interface Strips {
    void take(float[] strip, int count, int at);
  }

  /** In tiles, so that neither side leaves the cache line by line; never the whole result twice. */
  private static void transpose(float[] values, int rows, int columns, Strips result) {
    final int height = 16;
    final int width = 64;
    float[] strip = new float[Math.min(width, columns) * rows];
    for (int left = 0; left < columns; left += width) {
      int right = Math.min(columns, left + width);
      for (int top = 0; top < rows; top += height) {
        int bottom = Math.min(rows, top + height);
        for (int column = left; column < right; column++) {
          for (int row = top; row < bottom; row++) {
            strip[(column - left) * rows + row] = values[row * columns + column];
          }
        }
      }
      result.take(strip, (right - left) * rows, left * rows);
    }
  }
}
