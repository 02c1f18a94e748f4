package org.flsl.layers;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.graph.vertex.GraphVertex;
import org.flsl.layers.samediff.CompiledLossLayer;
import org.flsl.layers.samediff.Definition;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.MultiDataSet;
import org.nd4j.linalg.factory.Nd4j;

/** Compares the gradients of a whole graph with central differences, in double precision. */
public final class GradientCheck {
  private static final double STEP = 1e-5;
  private static final double MAX_RELATIVE = 1e-5;
  private static final double MIN_ABSOLUTE = 1e-8;
  private static final double VANISHED = 1e-5;
  private static final int PER_PARAMETER = 12;

  private GradientCheck() {}

  /** A loss that is sensitive to every element of its input: a fixed random mix of squares. */
  public static final class MixedSquares extends CompiledLossLayer {
    public MixedSquares() {}

    @Override
    protected SDVariable define(Definition d, SDVariable input) {
      long[] shape = input.getShape().clone();
      shape[0] = 1;
      long length = Arrays.stream(shape).reduce(1, (a, b) -> a * b);
      double[] mix = new Random(5).doubles(length, 0.5, 1.5).toArray();
      SDVariable weights =
          d.sameDiff().constant(Nd4j.createFromArray(mix).reshape(shape).castTo(d.dataType()));
      SDVariable shifted = input.add(0.3);
      return d.sameDiff().math.square(shifted).mul(weights).sum();
    }

    @Override
    public InputType getOutputType(int index, InputType input) {
      return input;
    }

    @Override
    public boolean equals(Object other) {
      return other instanceof MixedSquares && super.equals(other);
    }

    @Override
    public int hashCode() {
      return MixedSquares.class.hashCode();
    }
  }

  /**
   * Checks up to a dozen elements of each parameter of {@code graph}.
   *
   * @param graph a graph of double precision with a label-free loss as output
   */
  public static void check(ComputationGraph graph, INDArray... inputs) {
    checkExcept(graph, Set.of(), inputs);
  }

  /**
   * Checks up to a dozen elements of each parameter of {@code graph}, and that no parameter's
   * gradient vanishes.
   *
   * @param zero parameters, as {@code vertex/name}, that must get no gradient at all
   */
  public static void checkExcept(ComputationGraph graph, Set<String> zero, INDArray... inputs) {
    assertEquals(DataType.DOUBLE, graph.params().dataType());
    MultiDataSet batch = TinyGraph.batch(inputs);
    score(graph, batch);
    INDArray gradient = graph.gradient().gradient().dup();
    Random random = new Random(3);
    int position = 0;
    int checked = 0;
    for (int vertexIndex : graph.topologicalSortOrder()) {
      GraphVertex vertex = graph.getVertices()[vertexIndex];
      for (Map.Entry<String, INDArray> e : parameters(vertex).entrySet()) {
        String name = vertex.getVertexName() + "/" + e.getKey();
        int length = Math.toIntExact(e.getValue().length());
        double largest = largest(gradient, position, length);
        if (zero.contains(name)) {
          assertEquals(0, largest, 1e-12, name + " gets a gradient");
        } else {
          assertTrue(largest > VANISHED, name + " has a vanishing gradient: the check is void");
          for (int i = 0; i < Math.min(length, PER_PARAMETER); i++) {
            int element = length <= PER_PARAMETER ? i : random.nextInt(length);
            compare(graph, batch, gradient, position + element, name + "[" + element + "]");
          }
        }
        checked++;
        position += length;
      }
    }
    // Not numParams(): DL4J counts the parameters of layers only, not those of vertices.
    assertEquals(graph.params().length(), position, "not every parameter was checked");
    assertTrue(checked > zero.size(), "nothing was checked");
  }

  private static double largest(INDArray gradient, int from, int length) {
    double largest = 0;
    for (int i = from; i < from + length; i++) {
      largest = Math.max(largest, Math.abs(gradient.getDouble(i)));
    }
    return largest;
  }

  private static Map<String, INDArray> parameters(GraphVertex vertex) {
    Map<String, INDArray> params = vertex.numParams() == 0 ? null : vertex.paramTable(false);
    return params == null ? Map.of() : params;
  }

  private static void compare(
      ComputationGraph graph, MultiDataSet batch, INDArray gradient, int index, String name) {
    INDArray params = graph.params();
    double original = params.getDouble(index);
    params.putScalar(index, original + STEP);
    double plus = score(graph, batch);
    params.putScalar(index, original - STEP);
    double minus = score(graph, batch);
    params.putScalar(index, original);
    double expected = (plus - minus) / (2 * STEP);
    double actual = gradient.getDouble(index);
    double error = Math.abs(expected - actual);
    double relative = error / Math.max(Math.abs(expected) + Math.abs(actual), 1e-12);
    assertTrue(
        relative < MAX_RELATIVE || error < MIN_ABSOLUTE,
        () -> String.format("%s: gradient %.10g, differences %.10g", name, actual, expected));
  }

  private static double score(ComputationGraph graph, MultiDataSet batch) {
    graph.setInputs(batch.getFeatures());
    graph.setLabels(batch.getLabels());
    graph.computeGradientAndScore();
    return graph.score();
  }
}
