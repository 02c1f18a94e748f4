package org.flsl.evaluation;

import java.util.Optional;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.flsl.evaluation.data.ImageSize;
import org.flsl.layers.BackboneGraph;
import org.flsl.layers.TokenGrid;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * The features of a frozen network: what a vertex of a graph yields, or, by a {@link Reading}, its
 * blocks inside, without any cost of training.
 *
 * <p>For a backbone that {@code FlslGraph.exportTeacher} made, or any graph with one input of
 * images and a vertex of tokens {@code [B, N, C]} or feature maps {@code [B, C, height, width]}. A
 * Vision Transformer of this project takes images of any size that its patches divide, also larger
 * than those of the training and not square. Class and register tokens are left out.
 */
public final class GraphFeatures implements FeatureExtractor {
  private final ComputationGraph graph;
  private final BackboneGraph backbone;
  private final Reading reading;
  private final FeatureExtractor tokens;

  private GraphFeatures(ComputationGraph graph, BackboneGraph backbone, Reading reading) {
    this.graph = graph;
    this.backbone = backbone;
    this.reading = reading;
    this.tokens = MultiScale.of(VertexTokens.of(graph, backbone, reading), reading.scales());
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
    BackboneGraph backbone = BackboneGraph.of(graph.getConfiguration(), vertex);
    if (graph.getNumInputArrays() != 1) {
      throw new IllegalArgumentException(
          "The network needs exactly one input, the image, but has "
              + graph.getConfiguration().getNetworkInputs());
    }
    return new GraphFeatures(graph, backbone, Reading.USUAL);
  }

  /**
   * The features of the same network, read in another way.
   *
   * @throws IllegalArgumentException if the network has no such block, or the block no keys
   */
  public GraphFeatures read(Reading other) {
    return new GraphFeatures(graph, backbone, other);
  }

  /** The same features of a network of the same architecture. */
  GraphFeatures in(ComputationGraph other) {
    return new GraphFeatures(other, backbone, reading);
  }

  /** How the network is read. */
  public Reading reading() {
    return reading;
  }

  /** The network. */
  public ComputationGraph graph() {
    return graph;
  }

  /** What the network tells of itself. */
  public BackboneGraph backbone() {
    return backbone;
  }

  /** How many channels its images have. */
  public int channels() {
    return backbone.channels();
  }

  /** The size of images that a Vision Transformer was made for; empty for other networks. */
  public Optional<ImageSize> trainingSize() {
    return backbone
        .entrance()
        .map(
            entrance ->
                new ImageSize(
                    entrance.baseGrid().height() * entrance.patch(),
                    entrance.baseGrid().width() * entrance.patch()));
  }

  @Override
  public ImageSize fit(ImageSize size) {
    return tokens.fit(size);
  }

  @Override
  public TokenGrid grid(ImageSize size) {
    return tokens.grid(size);
  }

  @Override
  public INDArray tokens(INDArray images) {
    return tokens.tokens(images);
  }
}
