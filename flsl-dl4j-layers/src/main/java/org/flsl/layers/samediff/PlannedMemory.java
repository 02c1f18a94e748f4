package org.flsl.layers.samediff;

import java.util.List;
import java.util.Map;
import org.deeplearning4j.nn.api.Layer;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.graph.vertex.GraphVertex;
import org.deeplearning4j.nn.layers.FrozenLayer;

/**
 * How much memory the compiled layers of a graph will place for a training step.
 *
 * <p>Ask before the first step: the plans are made, and stay for the steps to come, but nothing is
 * allocated.
 */
public final class PlannedMemory {
  private PlannedMemory() {}

  /**
   * Counts what all layers keep for their backward passes, and the scratch memory that they share.
   *
   * @param shapes those of the graph's inputs and of the outputs of all its vertices, by name
   * @return elements of the graph's data type
   */
  public static long elements(ComputationGraph graph, Map<String, long[]> shapes) {
    long kept = 0;
    long scratch = 0;
    for (GraphVertex vertex : graph.getVertices()) {
      Layer layer = vertex.hasLayer() ? vertex.getLayer() : null;
      boolean frozen = layer instanceof FrozenLayer;
      Object runtime = frozen ? ((FrozenLayer) layer).getInsideLayer() : layer;
      if ((layer == null ? vertex : runtime) instanceof Planned planned) {
        List<String> from = graph.getConfiguration().getVertexInputs().get(vertex.getVertexName());
        Plan plan = planned.plan(!frozen, from.stream().map(shapes::get).toList());
        kept += plan.keptElements();
        scratch = Math.max(scratch, plan.scratchElements());
      }
    }
    return kept + scratch;
  }
}
