package org.flsl.layers.samediff;

import java.util.Map;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.graph.vertex.GraphVertex;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Which part of a training step's batch a graph is given, where the batch comes in parts.
 *
 * <p>Layers need to know it for the parts to add up to the whole: random masks belong to the place
 * of an example in the batch, and what depends on a mean over the batch ({@link
 * Definition#batchMean}) needs that of the whole one. {@link #WHOLE} is where every graph starts.
 *
 * @param first place of the part's first example in the batch
 * @param missing by the name of a batch mean: the whole batch's mean less that of this part; zero
 *     for those that are left out
 */
public record BatchPart(long first, Map<String, INDArray> missing) {

  /** The whole batch at once. */
  public static final BatchPart WHOLE = new BatchPart(0, Map.of());

  /** Copies. */
  public BatchPart {
    missing = Map.copyOf(missing);
  }

  /** What is told which part it will be given. */
  interface Aware {
    void part(BatchPart part);

    BatchPart part();
  }

  /** Tells a graph that it will be given this part, until it is told of another. */
  public void announce(ComputationGraph graph) {
    for (GraphVertex vertex : graph.getVertices()) {
      announce(vertex);
    }
  }

  /** Tells a vertex, as those that a vertex of yours runs itself. */
  public void announce(GraphVertex vertex) {
    if (runtime(vertex) instanceof Aware aware) {
      aware.part(this);
    }
  }

  /** The part that a vertex of a graph was told of. */
  public static BatchPart of(GraphVertex vertex) {
    return runtime(vertex) instanceof Aware aware ? aware.part() : WHOLE;
  }

  private static Object runtime(GraphVertex vertex) {
    return vertex.hasLayer() ? vertex.getLayer() : vertex;
  }
}
