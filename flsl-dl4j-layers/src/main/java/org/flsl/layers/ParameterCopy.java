package org.flsl.layers;

import java.util.Arrays;
import java.util.Map;
import java.util.function.Predicate;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.graph.vertex.GraphVertex;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Copies the parameters of a vertex into another of the same layer, after a look at their shapes.
 *
 * <p>Every copy goes this way: ND4J's own {@code assign} does not compare the lengths of vectors
 * and writes past the end of the shorter one.
 */
public final class ParameterCopy {
  private ParameterCopy() {}

  /**
   * Copies all parameters.
   *
   * @throws IllegalArgumentException if names or shapes differ; nothing is copied then
   */
  public static void copy(GraphVertex from, GraphVertex to) {
    check(from, to);
    if (to.numParams() > 0) {
      to.params().assign(from.params());
    }
  }

  /**
   * Copies those of all vertices that a section of another graph has under the same names; others
   * are left out.
   *
   * @param prefix of the section
   * @return how many vertices got some
   * @throws IllegalArgumentException if shapes differ
   */
  public static int named(ComputationGraph from, ComputationGraph to, String prefix) {
    return named(from, to, prefix, name -> true);
  }

  /**
   * The same for some of the section's vertices.
   *
   * @param wanted tells by its full name whether a vertex is one of them
   * @return how many vertices got some
   * @throws IllegalArgumentException if shapes differ
   */
  public static int named(
      ComputationGraph from, ComputationGraph to, String prefix, Predicate<String> wanted) {
    int copied = 0;
    for (GraphVertex vertex : from.getVertices()) {
      String name = prefix + vertex.getVertexName();
      GraphVertex other = wanted.test(name) ? to.getVertex(name) : null;
      if (other != null && other.numParams() > 0) {
        copy(vertex, other);
        copied++;
      }
    }
    return copied;
  }

  /**
   * Compares the parameters of two vertices.
   *
   * @throws IllegalArgumentException if names or shapes differ
   */
  public static void check(GraphVertex from, GraphVertex to) {
    String source = shapes(from);
    String target = shapes(to);
    if (!source.equals(target)) {
      throw new IllegalArgumentException(
          "The parameters of %s %s do not fit those of %s %s"
              .formatted(from.getVertexName(), source, to.getVertexName(), target));
    }
  }

  private static String shapes(GraphVertex vertex) {
    StringBuilder shapes = new StringBuilder("(");
    for (Map.Entry<String, INDArray> parameter : vertex.paramTable(false).entrySet()) {
      shapes
          .append(shapes.length() > 1 ? ", " : "")
          .append(parameter.getKey())
          .append(' ')
          .append(Arrays.toString(parameter.getValue().shape()));
    }
    return shapes.append(')').toString();
  }
}
