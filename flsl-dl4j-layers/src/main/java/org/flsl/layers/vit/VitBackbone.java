package org.flsl.layers.vit;

import java.util.List;
import java.util.Map;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration.GraphBuilder;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.graph.GraphVertex;
import org.deeplearning4j.nn.conf.graph.LayerVertex;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.flsl.layers.Backbone;
import org.flsl.layers.GraphSection;
import org.flsl.layers.TokenGrid;
import org.flsl.layers.samediff.PackedViews;

/**
 * A Vision Transformer that yields the tokens of patches.
 *
 * <p>Views of different sizes travel packed in one sequence: {@code patchEmbedding -> block_0 ..
 * block_(depth-1) -> norm}; where the network has leading tokens, such as a class token, {@code
 * patchTokens} in front of the norm leaves them out. Use {@link #standalone} for the network alone,
 * or hand this to FLSL.
 */
public final class VitBackbone implements Backbone {
  /** Name of the layer that cuts images into patches; it is a vertex where there are views. */
  public static final String EMBEDDING = "patchEmbedding";

  /** What the names of the blocks begin with; a number from 0 follows. */
  public static final String BLOCK = "block_";

  /** Name of the norm behind the last block. */
  public static final String NORM = "norm";

  private final VitConfig config;

  private VitBackbone(VitConfig config) {
    this.config = config;
  }

  /** A backbone of the given shape. */
  public static VitBackbone of(VitConfig config) {
    return new VitBackbone(config);
  }

  /**
   * The backbone that a network is: one made by {@link #standalone}, trained or not.
   *
   * @throws IllegalArgumentException if the network is no Vision Transformer of this project
   */
  public static VitBackbone in(ComputationGraphConfiguration network) {
    Map<String, GraphVertex> vertices = network.getVertices();
    int depth = 0;
    while (vertices.containsKey(BLOCK + depth)) {
      depth++;
    }
    EmbeddedPatches patches = patches(vertices);
    if (depth == 0
        || patches == null
        || !(layer(vertices, BLOCK + 0) instanceof TransformerBlock block)) {
      throw new IllegalArgumentException(
          "The network is no Vision Transformer of this project: it should have the vertices %s and %s0, and has %s"
              .formatted(EMBEDDING, BLOCK, vertices.keySet()));
    }
    return of(
        VitConfig.builder()
            .width(block.width())
            .depth(depth)
            .heads(block.heads())
            .patch(patches.patch())
            .channels(patches.channels())
            .mlpRatio(VitConfig.mlpRatio(block.hidden(), block.width()))
            .normEps(block.normEps())
            .positions(patches.positions())
            .positionJitter(patches.positionJitter())
            .leadingTokens(patches.leadingTokens())
            .finalNorm(vertices.containsKey(NORM))
            .imageSize(
                patches.baseGrid().height() * patches.patch(),
                patches.baseGrid().width() * patches.patch())
            .build());
  }

  /** Earlier versions had the vertex for a single view as well. */
  private static EmbeddedPatches patches(Map<String, GraphVertex> vertices) {
    if (vertices.get(EMBEDDING) instanceof PatchEmbedding vertex) {
      return vertex.patches();
    }
    return layer(vertices, EMBEDDING) instanceof PatchEmbeddingLayer layer ? layer.patches() : null;
  }

  private static Layer layer(Map<String, GraphVertex> vertices, String name) {
    return vertices.get(name) instanceof LayerVertex vertex
        ? vertex.getLayerConf().getLayer()
        : null;
  }

  /** The shape of the network. */
  public VitConfig config() {
    return config;
  }

  @Override
  public boolean isNormalised() {
    return config.finalNorm();
  }

  @Override
  public VitBackbone normalised() {
    return of(config.toBuilder().finalNorm(true).build());
  }

  @Override
  public Tokens addTo(GraphSection section, List<ImageInput> views) {
    List<TokenGrid> grids =
        views.stream().map(v -> TokenGrid.of(v.height(), v.width(), config.patch())).toList();
    int leading = config.leadingTokens();
    PackedViews packed =
        PackedViews.of(grids.stream().mapToLong(grid -> leading + grid.tokens()).toArray());
    String[] inputs = views.stream().map(ImageInput::name).toArray(String[]::new);
    String last =
        views.size() == 1
            ? section.layer(EMBEDDING, PatchEmbeddingLayer.of(config), inputs)
            : section.vertex(EMBEDDING, new PatchEmbedding(config, views.size()), inputs);
    for (int i = 0; i < config.depth(); i++) {
      last = section.layer(BLOCK + i, block(i, packed), last);
    }
    if (leading > 0) {
      last = section.layer("patchTokens", PatchTokens.of(config.width(), leading, packed), last);
    }
    if (config.finalNorm()) {
      TokenNorm norm = TokenNorm.builder(config.width()).eps(config.normEps()).build();
      last = section.layer(NORM, norm, last);
    }
    return new Tokens(last, config.width(), grids);
  }

  private TransformerBlock block(int index, PackedViews views) {
    double dropPath = config.depth() == 1 ? 0 : config.dropPath() * index / (config.depth() - 1);
    TransformerBlock.Builder block =
        TransformerBlock.builder(config.width(), config.heads())
            .hidden(config.hidden())
            .normEps(config.normEps())
            .dropPath(dropPath)
            .dropout(config.dropout())
            .leadingTokens(config.leadingTokens());
    // A single view may have any number of tokens: an exported network takes images of any size.
    return (views.sizes().size() == 1 ? block : block.views(views)).build();
  }

  @Override
  public int channels() {
    return config.channels();
  }

  /** The network alone, with the input {@code image} and the tokens as output. */
  @Override
  public ComputationGraphConfiguration standalone(
      NeuralNetConfiguration.Builder settings, int height, int width) {
    GraphBuilder builder = settings.graphBuilder().addInputs("image");
    ImageInput image = new ImageInput("image", config.channels(), height, width);
    Tokens tokens = addTo(new GraphSection(builder, "", false), List.of(image));
    return builder
        .setOutputs(tokens.vertex())
        .setInputTypes(InputType.convolutional(height, width, config.channels()))
        .build();
  }

  @Override
  public String toString() {
    return "ViT of depth %d, width %d, heads %d, patch %d"
        .formatted(config.depth(), config.width(), config.heads(), config.patch());
  }
}
