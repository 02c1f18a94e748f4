package org.flsl.evaluation;

import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.flsl.evaluation.data.ImageSize;
import org.flsl.layers.BackboneGraph;
import org.flsl.layers.ImageEntrance;
import org.flsl.layers.TokenGrid;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.NDArrayIndex;

/**
 * The features of a frozen network: what a vertex of a graph yields, or several of its blocks
 * together, without any cost of training.
 *
 * <p>For a backbone that {@code FlslGraph.exportTeacher} made, or any graph with one input of
 * images and a vertex of tokens {@code [B, N, C]} or feature maps {@code [B, C, height, width]}. A
 * Vision Transformer of this project takes images of any size that its patches divide, also larger
 * than those of the training and not square. Class and register tokens are left out.
 */
public final class GraphFeatures implements FeatureExtractor {
  private final ComputationGraph graph;
  private final BackboneGraph backbone;
  private final List<String> vertices;
  private final Activations activations;

  private GraphFeatures(ComputationGraph graph, BackboneGraph backbone, List<String> vertices) {
    this.graph = graph;
    this.backbone = backbone;
    this.vertices = vertices;
    this.activations = new Activations(graph, vertices);
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
    return new GraphFeatures(graph, backbone, List.of(vertex));
  }

  /**
   * What blocks of the same network yield, without a norm behind them; the tokens of several are
   * joined, one after the other.
   *
   * <p>Where the blocks have feature maps of several sizes, smaller ones are enlarged: a place
   * takes the token that covers it (hypercolumns).
   *
   * @param numbers from 1 at the entrance
   * @throws IllegalArgumentException if there are none, or the network has no such block
   */
  public GraphFeatures ofBlocks(List<Integer> numbers) {
    if (numbers.isEmpty()) {
      throw new IllegalArgumentException("Name at least one block, from 1 at the entrance");
    }
    List<String> chosen = numbers.stream().map(number -> backbone.block(number).vertex()).toList();
    return new GraphFeatures(graph, backbone, chosen);
  }

  /** The same features of a network of the same architecture. */
  GraphFeatures in(ComputationGraph other) {
    return new GraphFeatures(other, backbone, vertices);
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
    int patch = backbone.entrance().map(ImageEntrance::patch).orElse(1);
    if (size.height() < patch || size.width() < patch) {
      throw new IllegalArgumentException(
          "Images of %s pixels are smaller than a patch of %d".formatted(size, patch));
    }
    return new ImageSize(
        size.height() - size.height() % patch, size.width() - size.width() % patch);
  }

  @Override
  public TokenGrid grid(ImageSize size) {
    return finest(
        vertices.stream()
            .map(vertex -> backbone.grid(vertex, size.height(), size.width()))
            .toList());
  }

  private static TokenGrid finest(List<TokenGrid> grids) {
    return grids.stream().max(Comparator.comparingInt(TokenGrid::tokens)).orElseThrow();
  }

  @Override
  public INDArray tokens(INDArray images) {
    INDArray input = images.castTo(graph.getConfiguration().getDataType());
    List<INDArray> outputs = activations.of(input);
    List<TokenGrid> grids =
        IntStream.range(0, outputs.size())
            .mapToObj(i -> grid(vertices.get(i), outputs.get(i), images.size(2), images.size(3)))
            .toList();
    TokenGrid finest = finest(grids);
    INDArray[] sequences =
        IntStream.range(0, outputs.size())
            .mapToObj(i -> enlarged(sequence(outputs.get(i), grids.get(i)), grids.get(i), finest))
            .toArray(INDArray[]::new);
    INDArray tokens = sequences.length == 1 ? sequences[0] : Nd4j.concat(2, sequences);
    return tokens.castTo(DataType.FLOAT);
  }

  private TokenGrid grid(String vertex, INDArray output, long height, long width) {
    return switch (output.rank()) {
      case 3 -> backbone.grid(vertex, output.size(1), (int) height, (int) width);
      case 4 -> new TokenGrid((int) output.size(2), (int) output.size(3));
      default ->
          throw new IllegalArgumentException(
              "Vertex \"%s\" yields %s, expected tokens [batch, tokens, width] or feature maps [batch, channels, height, width]"
                  .formatted(vertex, Arrays.toString(output.shape())));
    };
  }

  private static INDArray sequence(INDArray output, TokenGrid grid) {
    if (output.rank() == 4) {
      return output
          .permute(0, 2, 3, 1)
          .dup('c')
          .reshape('c', output.size(0), grid.tokens(), output.size(1));
    }
    long leading = output.size(1) - grid.tokens();
    return leading == 0
        ? output
        : output
            .get(
                NDArrayIndex.all(),
                NDArrayIndex.interval(leading, output.size(1)),
                NDArrayIndex.all())
            .dup('c');
  }

  private static INDArray enlarged(INDArray tokens, TokenGrid from, TokenGrid to) {
    if (from.equals(to)) {
      return tokens;
    }
    int images = (int) tokens.size(0);
    int[] covering =
        IntStream.range(0, images * to.tokens())
            .map(
                i -> {
                  int token = i % to.tokens();
                  int row = token / to.width() * from.height() / to.height();
                  int column = token % to.width() * from.width() / to.width();
                  return i / to.tokens() * from.tokens() + row * from.width() + column;
                })
            .toArray();
    INDArray rows = tokens.reshape('c', -1, tokens.size(2));
    return Nd4j.pullRows(rows, 1, covering).reshape('c', images, to.tokens(), tokens.size(2));
  }
}
