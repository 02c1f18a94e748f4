package org.flsl.layers.graph;

import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.conf.graph.GraphVertex;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.inputs.InputType.InputTypeConvolutional;
import org.deeplearning4j.nn.conf.inputs.InputType.InputTypeRecurrent;
import org.deeplearning4j.nn.conf.inputs.InvalidInputTypeException;
import org.deeplearning4j.nn.conf.memory.MemoryReport;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.flsl.layers.BackboneGraph;
import org.flsl.layers.TokenTypes;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.shade.jackson.annotation.JsonProperty;

/**
 * Puts the tokens of views of another size behind those that there are, made by the same layers
 * with the same weights.
 *
 * <p>{@link GraphBackbone} adds one for each further size of views: a layer of DL4J keeps what it
 * needs for its backward pass of one forward pass only. The vertex has no weights of its own. It
 * runs copies of the vertices of the first size, which see their weights; what the copies learn is
 * added to the gradients of the originals ({@link SharedLayer}). Batch normalisation takes its
 * statistics over the views of a size, and the running ones follow those of every size.
 *
 * <p>Inputs: the tokens so far {@code [B, N, C]}, then the images of each view {@code [B, channels,
 * height, width]}, all of one size. Output: {@code [B, N + V*n, C]}.
 */
public final class FurtherViews extends GraphVertex {
  @JsonProperty private ComputationGraphConfiguration network;
  @JsonProperty private String prefix;
  @JsonProperty private int views;

  private FurtherViews() {}

  /**
   * Tokens of views of one more size.
   *
   * @param network the part of a network up to its feature maps
   * @param prefix what its vertices' names begin with in the graph
   * @param views how many there are of this size
   */
  FurtherViews(ComputationGraphConfiguration network, String prefix, int views) {
    this.network = network;
    this.prefix = prefix;
    this.views = views;
  }

  /** The vertex that yields the features, in the graph. */
  String features() {
    return prefix + network.getNetworkOutputs().get(0);
  }

  /** Whether a vertex of the graph is one of those that make the tokens. */
  boolean uses(String vertex) {
    return vertex.startsWith(prefix)
        && network.getVertices().containsKey(vertex.substring(prefix.length()));
  }

  int views() {
    return views;
  }

  /**
   * Numbers that the layers keep of one image in each of its views until the backward pass.
   *
   * @param image the type of the views
   */
  public long activations(InputType image) {
    return views
        * network.clone().getLayerActivationTypes(image).values().stream()
            .mapToLong(InputType::arrayElementsPerExample)
            .sum();
  }

  @Override
  public org.deeplearning4j.nn.graph.vertex.GraphVertex instantiate(
      ComputationGraph graph,
      String name,
      int index,
      INDArray paramsView,
      boolean initializeParams,
      DataType type) {
    return new FurtherViewsRuntime(this, graph, name, index, type);
  }

  @Override
  public InputType getOutputType(int index, InputType... inputs) throws InvalidInputTypeException {
    if (!(inputs[0] instanceof InputTypeRecurrent tokens)
        || !(inputs[1] instanceof InputTypeConvolutional image)) {
      throw new InvalidInputTypeException(
          "Further views expect tokens and images, but got %s and %s"
              .formatted(inputs[0], inputs[1]));
    }
    int height = Math.toIntExact(image.getHeight());
    int width = Math.toIntExact(image.getWidth());
    long own = (long) views * BackboneGraph.of(network).grid(height, width).tokens();
    return TokenTypes.sequence(tokens.getSize(), tokens.getTimeSeriesLength() + own);
  }

  @Override
  public long numParams(boolean backprop) {
    return 0;
  }

  @Override
  public int minVertexInputs() {
    return 1 + views;
  }

  @Override
  public int maxVertexInputs() {
    return minVertexInputs();
  }

  @Override
  public MemoryReport getMemoryReport(InputType... inputTypes) {
    return null;
  }

  @Override
  public GraphVertex clone() {
    return new FurtherViews(network.clone(), prefix, views);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof FurtherViews that
        && network.equals(that.network)
        && prefix.equals(that.prefix)
        && views == that.views;
  }

  @Override
  public int hashCode() {
    return 31 * (31 * network.hashCode() + prefix.hashCode()) + views;
  }
}
