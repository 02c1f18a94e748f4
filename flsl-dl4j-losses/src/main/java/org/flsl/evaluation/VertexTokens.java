package org.flsl.evaluation;

import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.flsl.evaluation.data.ImageSize;
import org.flsl.layers.BackboneGraph;
import org.flsl.layers.ImageEntrance;
import org.flsl.layers.ParameterCopy;
import org.flsl.layers.TokenGrid;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.NDArrayIndex;

/** The tokens that vertices of a graph yield, or keys inside them, one after the other. */
final class VertexTokens implements FeatureExtractor {
  private final ComputationGraph graph;
  private final BackboneGraph backbone;
  private final List<String> vertices;
  private final Activations activations;

  /** Names of the read vertices stand for their blocks where these tell how tokens lie. */
  private VertexTokens(
      ComputationGraph graph, BackboneGraph backbone, List<String> vertices, String prefix) {
    this.graph = graph;
    this.backbone = backbone;
    this.vertices = vertices;
    this.activations = new Activations(graph, vertices.stream().map(prefix::concat).toList());
  }

  /**
   * The tokens of a network.
   *
   * @throws IllegalArgumentException if it has no such block, or the block no keys
   */
  static VertexTokens of(ComputationGraph network, BackboneGraph backbone, Reading reading) {
    List<Integer> numbers = reading.blocksOf(backbone);
    List<String> blocks = numbers.stream().map(number -> backbone.block(number).vertex()).toList();
    if (reading.part() == Reading.Part.KEYS) {
      ComputationGraph keys = new ComputationGraph(backbone.keys(numbers));
      keys.init();
      ParameterCopy.named(network, keys, "");
      ParameterCopy.named(network, keys, BackboneGraph.INSIDE);
      return new VertexTokens(keys, backbone, blocks, BackboneGraph.INSIDE);
    }
    List<String> vertices = blocks.isEmpty() ? List.of(backbone.features()) : blocks;
    return new VertexTokens(network, backbone, vertices, "");
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
