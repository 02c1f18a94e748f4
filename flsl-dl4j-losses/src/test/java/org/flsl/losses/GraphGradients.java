package org.flsl.losses;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.HashMap;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.api.shape.Shape;
import org.nd4j.linalg.dataset.api.MultiDataSet;

/** Compares the gradient of every trained parameter of a graph with central differences. */
public final class GraphGradients {
  private static final double STEP = 1e-5;

  private GraphGradients() {}

  /** A parameter by the name vertex_parameter; unlike DL4J's getParam also of vertices. */
  public static INDArray param(ComputationGraph graph, String name) {
    int cut = name.lastIndexOf('_');
    return graph.getVertex(name.substring(0, cut)).paramTable(false).get(name.substring(cut + 1));
  }

  /**
   * Checks some elements of every parameter.
   *
   * @param zero parameters, as {@code vertex_parameter}, that must get no gradient
   * @return the names of the parameters that have a gradient
   */
  public static Set<String> check(ComputationGraph graph, MultiDataSet batch, Set<String> zero) {
    score(graph, batch);
    Map<String, INDArray> gradients = new HashMap<>();
    graph.gradient().gradientForVariable().forEach((k, v) -> gradients.put(k, v.dup('c')));
    assertFalse(gradients.isEmpty());
    Random random = new Random(4);
    gradients.forEach(
        (name, gradient) -> {
          INDArray values = param(graph, name);
          double largest = gradient.amaxNumber().doubleValue();
          if (zero.contains(name)) {
            assertEquals(0, largest, name + " gets a gradient");
            return;
          }
          assertTrue(largest > 1e-7, name + " has a vanishing gradient: the check is void");
          for (int i = 0; i < 5; i++) {
            compare(graph, batch, name, values, gradient, random.nextInt((int) values.length()));
          }
        });
    return gradients.keySet();
  }

  private static void compare(
      ComputationGraph graph,
      MultiDataSet batch,
      String name,
      INDArray values,
      INDArray gradient,
      int index) {
    long[] at = Shape.ind2subC(values.shape(), index);
    double original = values.getDouble(at);
    values.putScalar(at, original + STEP);
    double plus = score(graph, batch);
    values.putScalar(at, original - STEP);
    double minus = score(graph, batch);
    values.putScalar(at, original);
    double expected = (plus - minus) / (2 * STEP);
    assertEquals(
        expected, gradient.getDouble(at), 1e-8 + 2e-5 * Math.abs(expected), name + "[" + index);
  }

  private static double score(ComputationGraph graph, MultiDataSet batch) {
    graph.setInputs(batch.getFeatures());
    graph.setLabels(batch.getLabels());
    graph.computeGradientAndScore();
    return graph.score();
  }
}
