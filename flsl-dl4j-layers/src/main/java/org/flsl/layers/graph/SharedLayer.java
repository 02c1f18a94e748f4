package org.flsl.layers.graph;

import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.graph.GraphVertex;
import org.deeplearning4j.nn.conf.graph.LayerVertex;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * A layer as DL4J's, whose weights serve views of further sizes as well: its gradient is the sum
 * over all of them.
 *
 * <p>{@link GraphBackbone} makes it where {@link FurtherViews} uses its weights; for itself it does
 * what a LayerVertex does.
 */
public final class SharedLayer extends LayerVertex {
  private SharedLayer() {}

  private SharedLayer(LayerVertex layer) {
    super(layer.getLayerConf(), layer.getPreProcessor());
    setOutputVertex(layer.isOutputVertex());
  }

  /** A layer of a graph under construction, ready to be shared. */
  static SharedLayer of(GraphVertex layer) {
    return new SharedLayer((LayerVertex) layer);
  }

  @Override
  public org.deeplearning4j.nn.graph.vertex.GraphVertex instantiate(
      ComputationGraph graph,
      String name,
      int index,
      INDArray paramsView,
      boolean initializeParams,
      DataType type) {
    NeuralNetConfiguration layer = getLayerConf();
    return new SharedLayerRuntime(
        graph,
        name,
        index,
        layer.getLayer().instantiate(layer, null, index, paramsView, initializeParams, type),
        getPreProcessor(),
        graph.getConfiguration().getNetworkOutputs().contains(name),
        type);
  }

  @Override
  public GraphVertex clone() {
    return new SharedLayer((LayerVertex) super.clone());
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof SharedLayer && super.equals(other);
  }

  @Override
  public int hashCode() {
    return super.hashCode();
  }
}
