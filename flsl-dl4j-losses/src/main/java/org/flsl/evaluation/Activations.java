package org.flsl.evaluation;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.deeplearning4j.exception.DL4JException;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.flsl.views.decode.FileProblem;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * What some vertices of a frozen graph yield; vertices behind the last of them are not computed.
 *
 * <p>DL4J's {@code output(vertices, …)} leaves workspaces open where a vertex is no output of the
 * graph, so that the next call fails.
 */
final class Activations {
  private final ComputationGraph graph;
  private final List<String> vertices;
  private final int lastPosition;

  Activations(ComputationGraph graph, List<String> vertices) {
    this.graph = graph;
    this.vertices = List.copyOf(vertices);
    int[] order = graph.topologicalSortOrder();
    this.lastPosition =
        vertices.stream()
            .mapToInt(name -> positionOf(graph.getVertex(name).getVertexIndex(), order))
            .max()
            .orElseThrow();
  }

  private static int positionOf(int vertex, int[] order) {
    int position = 0;
    while (order[position] != vertex) {
      position++;
    }
    return position;
  }

  /**
   * The arrays in the order of the vertices, outside of any workspace.
   *
   * @throws IllegalArgumentException if the network takes images of another size only
   */
  List<INDArray> of(INDArray... inputs) {
    try {
      return computed(inputs);
    } catch (DL4JException | IllegalStateException e) {
      throw new IllegalArgumentException(
          "The network refuses images of %s (batch, channels, height, width): %s; give it the size that it was made for"
              .formatted(Arrays.toString(inputs[0].shape()), FileProblem.explain(e)),
          e);
    }
  }

  private List<INDArray> computed(INDArray... inputs) {
    if (vertices.equals(graph.getConfiguration().getNetworkOutputs())) {
      // Faster: activations in between share memory.
      return Arrays.asList(graph.output(false, inputs));
    }
    Map<String, INDArray> all = graph.feedForward(inputs, lastPosition, false, true);
    return vertices.stream().map(all::get).toList();
  }
}
