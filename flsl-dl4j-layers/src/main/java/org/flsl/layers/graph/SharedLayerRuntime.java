package org.flsl.layers.graph;

import java.util.ArrayList;
import java.util.List;
import org.deeplearning4j.nn.api.Layer;
import org.deeplearning4j.nn.conf.InputPreProcessor;
import org.deeplearning4j.nn.gradient.Gradient;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.graph.vertex.GraphVertex;
import org.deeplearning4j.nn.graph.vertex.impl.LayerVertex;
import org.deeplearning4j.nn.workspace.LayerWorkspaceMgr;
import org.nd4j.common.primitives.Pair;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** Runs a {@link SharedLayer}: what its copies learned in a backward pass is added to its own. */
final class SharedLayerRuntime extends LayerVertex {
  private final transient List<INDArray> gradientsOfCopies = new ArrayList<>();

  SharedLayerRuntime(
      ComputationGraph graph,
      String name,
      int index,
      Layer layer,
      InputPreProcessor preProcessor,
      boolean output,
      DataType type) {
    super(graph, name, index, layer, preProcessor, output, type);
  }

  /** Gives the weights to a copy, whose backward pass always comes before this one's. */
  void lend(GraphVertex copy) {
    INDArray gradients = Nd4j.zeros(params().dataType(), params().shape());
    copy.setBackpropGradientsViewArray(gradients);
    gradientsOfCopies.add(gradients);
  }

  @Override
  public Pair<Gradient, INDArray[]> doBackward(boolean tbptt, LayerWorkspaceMgr workspaces) {
    Pair<Gradient, INDArray[]> own = super.doBackward(tbptt, workspaces);
    gradientsOfCopies.forEach(gradients -> getGradientsViewArray().addi(gradients));
    return own;
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
