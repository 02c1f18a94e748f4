package org.flsl.layers.graph;

import static org.nd4j.linalg.indexing.NDArrayIndex.all;
import static org.nd4j.linalg.indexing.NDArrayIndex.interval;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.ListIterator;
import java.util.Map;
import org.deeplearning4j.nn.api.Layer;
import org.deeplearning4j.nn.api.MaskState;
import org.deeplearning4j.nn.gradient.Gradient;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.graph.vertex.BaseGraphVertex;
import org.deeplearning4j.nn.graph.vertex.GraphVertex;
import org.deeplearning4j.nn.graph.vertex.VertexIndices;
import org.deeplearning4j.nn.graph.vertex.impl.FrozenVertex;
import org.deeplearning4j.nn.layers.FrozenLayer;
import org.deeplearning4j.nn.workspace.ArrayType;
import org.deeplearning4j.nn.workspace.LayerWorkspaceMgr;
import org.flsl.layers.samediff.BatchPart;
import org.nd4j.common.primitives.Pair;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.memory.MemoryWorkspace;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * Runs {@link FurtherViews}.
 *
 * <p>A copy is the same vertex at the same place of the same graph, with inputs of its own. The
 * tokens so far depend on all originals, so that this vertex comes behind them in the forward pass
 * and before them in the backward pass: when an original has its gradient, that of its copy is
 * there to be added.
 */
final class FurtherViewsRuntime extends BaseGraphVertex {
  private final FurtherViews vertex;

  /** In the order of the forward pass; empty before the first. */
  private final List<GraphVertex> copies = new ArrayList<>();

  /** Of the feature maps of the last forward pass. */
  private long[] shape;

  FurtherViewsRuntime(
      FurtherViews vertex, ComputationGraph graph, String name, int index, DataType type) {
    super(graph, name, index, null, null, type);
    this.vertex = vertex;
  }

  @Override
  public INDArray doForward(boolean training, LayerWorkspaceMgr workspaces) {
    if (copies.isEmpty()) {
      makeCopies();
    }
    Map<Integer, INDArray> outputs = new HashMap<>();
    INDArray images = images(workspaces);
    for (GraphVertex copy : copies) {
      GraphVertex original = graph.getVertices()[copy.getVertexIndex()];
      BatchPart.of(original).announce(copy);
      if (copy.hasLayer()) {
        copy.getLayer().setIterationCount(graph.getIterationCount());
        copy.getLayer().setEpochCount(graph.getEpochCount());
      }
      VertexIndices[] from = copy.getInputVertices();
      for (int i = 0; i < from.length; i++) {
        copy.setInput(i, outputs.getOrDefault(from[i].getVertexIndex(), images), workspaces);
      }
      outputs.put(copy.getVertexIndex(), copy.doForward(training, workspaces));
    }
    INDArray maps = outputs.get(features());
    shape = maps.shape();
    return joined(inputs[0], tokens(maps), workspaces);
  }

  private int features() {
    return graph.getVertex(vertex.features()).getVertexIndex();
  }

  private INDArray images(LayerWorkspaceMgr workspaces) {
    try (MemoryWorkspace scope = workspaces.notifyScopeBorrowed(ArrayType.ACTIVATIONS)) {
      return Nd4j.concat(0, Arrays.copyOfRange(inputs, 1, inputs.length)).castTo(dataType);
    }
  }

  private INDArray tokens(INDArray maps) {
    long batch = shape[0] / vertex.views();
    long positions = shape[2] * shape[3];
    return maps.reshape(vertex.views(), batch, shape[1], positions)
        .permute(1, 0, 3, 2)
        .reshape(batch, vertex.views() * positions, shape[1]);
  }

  private INDArray joined(INDArray before, INDArray own, LayerWorkspaceMgr workspaces) {
    long first = before.size(1);
    long total = first + own.size(1);
    INDArray joined =
        workspaces.createUninitialized(
            ArrayType.ACTIVATIONS,
            dataType,
            new long[] {before.size(0), total, before.size(2)},
            'c');
    joined.get(all(), interval(0, first), all()).assign(before);
    joined.get(all(), interval(first, total), all()).assign(own);
    return joined;
  }

  private void makeCopies() {
    try (MemoryWorkspace scope = Nd4j.getMemoryManager().scopeOutOfWorkspaces()) {
      for (int index : graph.topologicalSortOrder()) {
        GraphVertex original = graph.getVertices()[index];
        if (vertex.uses(original.getVertexName())) {
          copies.add(copy(original));
        }
      }
    }
  }

  private GraphVertex copy(GraphVertex original) {
    String name = original.getVertexName();
    GraphVertex copy =
        graph
            .getConfiguration()
            .getVertices()
            .get(name)
            // Dropout and the like remember things in their configuration.
            .clone()
            .instantiate(
                graph, name, original.getVertexIndex(), original.params(), false, dataType);
    copy.setInputVertices(original.getInputVertices());
    copy.setOutputVertices(original.getOutputVertices());
    if (original.numParams() > 0) {
      ((SharedLayerRuntime) original).lend(copy);
    }
    return copy;
  }

  @Override
  public Pair<Gradient, INDArray[]> doBackward(boolean tbptt, LayerWorkspaceMgr workspaces) {
    Map<Integer, INDArray> epsilons = new HashMap<>();
    long first = inputs[0].size(1);
    epsilons.put(features(), maps(epsilon.get(all(), interval(first, epsilon.size(1)), all())));
    for (ListIterator<GraphVertex> i = copies.listIterator(copies.size()); i.hasPrevious(); ) {
      GraphVertex copy = i.previous();
      INDArray given = epsilons.get(copy.getVertexIndex());
      if (given != null && !isFrozen(copy)) {
        copy.setEpsilon(given);
        INDArray[] handedOn = copy.doBackward(tbptt, workspaces).getSecond();
        VertexIndices[] from = copy.getInputVertices();
        for (int j = 0; j < from.length; j++) {
          if (handedOn[j] != null) {
            epsilons.merge(from[j].getVertexIndex(), handedOn[j], INDArray::addi);
          }
        }
      }
    }
    INDArray[] result = new INDArray[inputs.length];
    result[0] =
        workspaces.dup(
            ArrayType.ACTIVATION_GRAD, epsilon.get(all(), interval(0, first), all()), 'c');
    return new Pair<>(null, result);
  }

  private INDArray maps(INDArray tokens) {
    return tokens
        .reshape(shape[0] / vertex.views(), vertex.views(), shape[2] * shape[3], shape[1])
        .permute(1, 0, 3, 2)
        .reshape(shape);
  }

  private static boolean isFrozen(GraphVertex copy) {
    return copy instanceof FrozenVertex
        || copy.hasLayer() && copy.getLayer() instanceof FrozenLayer;
  }

  @Override
  public void clear() {
    super.clear();
    copies.forEach(GraphVertex::clear);
  }

  @Override
  public boolean hasLayer() {
    return false;
  }

  @Override
  public Layer getLayer() {
    return null;
  }

  @Override
  public void setBackpropGradientsViewArray(INDArray gradients) {
    if (gradients != null) {
      throw new IllegalArgumentException("The vertex has no weights of its own");
    }
  }

  @Override
  public Pair<INDArray, MaskState> feedForwardMaskArrays(
      INDArray[] masks, MaskState state, int batch) {
    return new Pair<>(null, state);
  }

  @Override
  public String toString() {
    return "FurtherViews(\"%s\")".formatted(getVertexName());
  }

  @Override
  public boolean equals(Object other) {
    return this == other;
  }

  @Override
  public int hashCode() {
    return System.identityHashCode(this);
  }
}
