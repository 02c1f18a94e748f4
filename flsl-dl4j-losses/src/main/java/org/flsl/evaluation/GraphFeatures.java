package org.flsl.evaluation;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.flsl.evaluation.data.ImageSize;
import org.flsl.layers.InputChannels;
import org.flsl.layers.TokenGrid;
import org.flsl.layers.vit.PatchEmbedding;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * The features of a frozen network: what a vertex of a graph yields, without any cost of training.
 *
 * <p>For a backbone that {@code FlslGraph.exportTeacher} made, or any graph with one input of
 * images and a vertex of tokens {@code [B, N, C]} or feature maps {@code [B, C, height, width]}. A
 * Vision Transformer of this project takes images of any size that its patches divide, also larger
 * than those of the training and not square.
 */
public final class GraphFeatures implements FeatureExtractor {
  private final ComputationGraph graph;
  private final String vertex;
  private final Activations activations;

  private GraphFeatures(ComputationGraph graph, String vertex) {
    this.graph = graph;
    this.vertex = vertex;
    this.activations = new Activations(graph, List.of(vertex));
  }

  /** The features that are a graph's output. */
  public static GraphFeatures of(ComputationGraph graph) {
    return of(graph, graph.getConfiguration().getNetworkOutputs().get(0));
  }

  /**
   * The features that a vertex yields; what lies behind it is not computed.
   *
   * @throws IllegalArgumentException if there is no such vertex, or more than one input
   */
  public static GraphFeatures of(ComputationGraph graph, String vertex) {
    if (graph.getVertex(vertex) == null) {
      throw new IllegalArgumentException(
          "The network has no vertex \"%s\"; its vertices are %s"
              .formatted(vertex, graph.getConfiguration().getVertices().keySet()));
    }
    if (graph.getNumInputArrays() != 1) {
      throw new IllegalArgumentException(
          "The network needs exactly one input, the image, but has "
              + graph.getConfiguration().getNetworkInputs());
    }
    return new GraphFeatures(graph, vertex);
  }

  /** The network. */
  public ComputationGraph graph() {
    return graph;
  }

  /** The name of the vertex that yields the features. */
  public String vertex() {
    return vertex;
  }

  /** How many channels its images have. */
  public int channels() {
    return InputChannels.of(graph.getConfiguration());
  }

  /** The size of images that a Vision Transformer was made for; empty for other networks. */
  public Optional<ImageSize> trainingSize() {
    return patches()
        .map(
            patches ->
                new ImageSize(
                    patches.baseGrid().height() * patches.patch(),
                    patches.baseGrid().width() * patches.patch()));
  }

  private Optional<PatchEmbedding> patches() {
    return graph.getConfiguration().getVertices().values().stream()
        .filter(PatchEmbedding.class::isInstance)
        .map(PatchEmbedding.class::cast)
        .findFirst();
  }

  @Override
  public ImageSize fit(ImageSize size) {
    int patch = patches().map(PatchEmbedding::patch).orElse(1);
    if (size.height() < patch || size.width() < patch) {
      throw new IllegalArgumentException(
          "Images of %s pixels are smaller than a patch of %d".formatted(size, patch));
    }
    return new ImageSize(
        size.height() - size.height() % patch, size.width() - size.width() % patch);
  }

  @Override
  public TokenGrid grid(ImageSize size) {
    InputType image = InputType.convolutional(size.height(), size.width(), channels());
    InputType type = graph.getConfiguration().clone().getLayerActivationTypes(image).get(vertex);
    if (type instanceof InputType.InputTypeConvolutional maps) {
      return new TokenGrid(Math.toIntExact(maps.getHeight()), Math.toIntExact(maps.getWidth()));
    }
    if (type instanceof InputType.InputTypeRecurrent sequence) {
      return gridOf(sequence.getTimeSeriesLength(), size);
    }
    throw new IllegalArgumentException(
        "Vertex \"%s\" must yield tokens [batch, tokens, width] or feature maps [batch, channels, height, width], but yields %s; name another vertex of %s"
            .formatted(vertex, type, graph.getConfiguration().getTopologicalOrderStr()));
  }

  /** Tokens cover the image evenly: their grid has the image's proportions. */
  private TokenGrid gridOf(long tokens, ImageSize size) {
    double stride = Math.sqrt((double) size.height() * size.width() / tokens);
    long rows = Math.max(1, Math.round(size.height() / stride));
    long columns = Math.max(1, Math.round(size.width() / stride));
    if (rows * columns != tokens) {
      throw new IllegalArgumentException(
          "Vertex \"%s\" yields %d tokens of an image of %s pixels, which form no grid of the same proportions"
              .formatted(vertex, tokens, size));
    }
    return new TokenGrid(Math.toIntExact(rows), Math.toIntExact(columns));
  }

  @Override
  public INDArray tokens(INDArray images) {
    INDArray input = images.castTo(graph.getConfiguration().getDataType());
    INDArray output = activations.of(input).get(0);
    INDArray sequence =
        switch (output.rank()) {
          case 3 -> output;
          case 4 ->
              output
                  .permute(0, 2, 3, 1)
                  .dup('c')
                  .reshape('c', output.size(0), output.size(2) * output.size(3), output.size(1));
          default ->
              throw new IllegalArgumentException(
                  "Vertex \"%s\" yields %s, expected tokens [batch, tokens, width] or feature maps [batch, channels, height, width]"
                      .formatted(vertex, Arrays.toString(output.shape())));
        };
    return sequence.castTo(DataType.FLOAT);
  }
}
