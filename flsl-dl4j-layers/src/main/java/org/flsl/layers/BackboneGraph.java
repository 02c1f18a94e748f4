package org.flsl.layers;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.deeplearning4j.exception.DL4JException;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration.GraphBuilder;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.graph.FrozenVertex;
import org.deeplearning4j.nn.conf.graph.GraphVertex;
import org.deeplearning4j.nn.conf.graph.LayerVertex;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.inputs.InputType.InputTypeConvolutional;
import org.deeplearning4j.nn.conf.inputs.InputType.InputTypeRecurrent;
import org.deeplearning4j.nn.conf.inputs.InvalidInputTypeException;
import org.deeplearning4j.nn.conf.layers.FeedForwardLayer;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.conf.layers.misc.FrozenLayer;
import org.deeplearning4j.nn.conf.layers.misc.FrozenLayerWithBackprop;

/**
 * What a graph tells of the backbone in it: the way from the image to the features.
 *
 * <p>Ask it wherever a network is looked into: an exported backbone, a section of a training graph
 * ({@code of(training, "teacher/norm")}), a convolutional network of somebody else. Blocks are the
 * layers of a Transformer ({@link AttentionBlock}); in a network without any, the last feature maps
 * of each size, as in timm's {@code feature_info}.
 */
public final class BackboneGraph {

  /** Before the name of a block, that of a layer which hands out what is inside the block. */
  public static final String INSIDE = "inside/";

  /** Images by which a network without an {@link ImageEntrance} is asked for its blocks. */
  private static final int USUAL_SIDE = 224;

  private final ComputationGraphConfiguration configuration;
  private final String features;

  private BackboneGraph(ComputationGraphConfiguration configuration, String features) {
    this.configuration = configuration;
    this.features = features;
  }

  /** The way to the first output of a network. */
  public static BackboneGraph of(ComputationGraphConfiguration network) {
    return of(network, network.getNetworkOutputs().get(0));
  }

  /**
   * The way to a vertex of a network.
   *
   * @throws IllegalArgumentException if there is no such vertex
   */
  public static BackboneGraph of(ComputationGraphConfiguration network, String features) {
    if (!network.getVertices().containsKey(features)) {
      throw new IllegalArgumentException(
          "The network has no vertex \"%s\"; its vertices are %s"
              .formatted(features, network.getVertices().keySet()));
    }
    Set<String> way = new LinkedHashSet<>();
    collect(network, features, way);
    ComputationGraphConfiguration part = network.clone();
    part.setNetworkInputs(network.getNetworkInputs().stream().filter(way::contains).toList());
    part.setNetworkOutputs(List.of(features));
    way.removeAll(network.getNetworkInputs());
    part.setVertices(chosen(part.getVertices(), way));
    part.setVertexInputs(chosen(part.getVertexInputs(), way));
    part.setTopologicalOrder(null);
    part.setTopologicalOrderStr(null);
    return new BackboneGraph(part, features);
  }

  /** What a vertex depends on comes before it. */
  private static void collect(
      ComputationGraphConfiguration network, String vertex, Set<String> way) {
    if (!way.contains(vertex)) {
      network
          .getVertexInputs()
          .getOrDefault(vertex, List.of())
          .forEach(input -> collect(network, input, way));
      way.add(vertex);
    }
  }

  private static <T> Map<String, T> chosen(Map<String, T> all, Collection<String> names) {
    Map<String, T> chosen = new LinkedHashMap<>();
    names.forEach(name -> chosen.put(name, all.get(name)));
    return chosen;
  }

  /** The way alone: a network whose output are the features. */
  public ComputationGraphConfiguration network() {
    return configuration.clone();
  }

  /** Names of the vertices, each behind those that it depends on. */
  public Set<String> vertices() {
    return configuration.getVertices().keySet();
  }

  /** Name of the vertex that yields the features. */
  public String features() {
    return features;
  }

  /** Names of the inputs: one, or one for each of several packed views. */
  public List<String> inputs() {
    return configuration.getNetworkInputs();
  }

  /** Where images become tokens; empty for a network that has no entrance of our own kind. */
  public Optional<ImageEntrance> entrance() {
    return vertices().stream().flatMap(name -> entrance(name).stream()).findFirst();
  }

  /** The vertex as an entrance, or its layer. */
  private Optional<ImageEntrance> entrance(String name) {
    return Stream.of(vertex(name), layer(name))
        .filter(ImageEntrance.class::isInstance)
        .map(ImageEntrance.class::cast)
        .findFirst();
  }

  /**
   * How many channels its images have: 3 for colours, 1 for grey, any number for others.
   *
   * <p>DL4J keeps no type of a graph's input. What tells is the first layer with weights.
   *
   * @throws IllegalArgumentException if no layer tells
   */
  public int channels() {
    return entrance()
        .map(ImageEntrance::channels)
        .or(() -> vertices().stream().map(this::channels).filter(n -> n > 0).findFirst())
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    "The network does not tell how many channels its input \"%s\" has"
                        .formatted(inputs().get(0))));
  }

  /** The channels that a layer takes; 0 where it takes any. */
  private int channels(String name) {
    return layer(name) instanceof FeedForwardLayer weights ? Math.toIntExact(weights.getNIn()) : 0;
  }

  /**
   * The feature maps on the way, as an image makes them.
   *
   * @return by the vertex that yields them, each behind those that it depends on
   */
  public Map<String, InputTypeConvolutional> featureMaps(int height, int width) {
    Map<String, InputType> types = new HashMap<>();
    List<String> backwards = new ArrayList<>(vertices());
    Collections.reverse(backwards);
    for (String name : backwards) {
      // A vertex tells of all that come before it.
      if (!types.containsKey(name)) {
        try {
          types.putAll(of(configuration, name).types(height, width));
        } catch (IllegalArgumentException noImagesOfThisSize) {
          // Layers for images of one size, as classifiers end in, hand on no maps anyway.
        }
      }
    }
    Map<String, InputTypeConvolutional> maps = new LinkedHashMap<>();
    for (String name : vertices()) {
      if (types.get(name) instanceof InputTypeConvolutional found
          && found.getHeight() > 0
          && found.getWidth() > 0) {
        maps.put(name, found);
      }
    }
    return maps;
  }

  /** Length of a token of the features of an image. */
  public int width(int height, int width) {
    return width(features, types(height, width).get(features));
  }

  /**
   * Side in pixels of the square that a token of the features stands for.
   *
   * @throws IllegalArgumentException if the network has weights for images of one size, and so no
   *     stride
   */
  public int stride() {
    return entrance().map(ImageEntrance::patch).orElseGet(this::strideOfMaps);
  }

  private int strideOfMaps() {
    int stride = stride(features, usualTypes());
    types(USUAL_SIDE, USUAL_SIDE);
    return stride;
  }

  /**
   * The blocks from the entrance to the features.
   *
   * @throws IllegalArgumentException if there are none
   */
  public List<Block> blocks() {
    List<Block> blocks = new ArrayList<>();
    vertices()
        .forEach(
            name -> {
              if (layer(name) instanceof AttentionBlock block) {
                blocks.add(new Block(name, block.width(), stride()));
              }
            });
    return blocks.isEmpty() ? lastMapsOfEachSize() : blocks;
  }

  private List<Block> lastMapsOfEachSize() {
    Map<TokenGrid, Block> blocks = new LinkedHashMap<>();
    Map<String, InputType> types = usualTypes();
    for (String name : vertices()) {
      if (types.get(name) instanceof InputTypeConvolutional maps) {
        blocks.put(grid(maps), new Block(name, width(name, maps), stride(name, types)));
      }
    }
    if (blocks.isEmpty()) {
      throw new IllegalArgumentException(
          "The network has no blocks: expected Transformer blocks or feature maps, found "
              + vertices());
    }
    return List.copyOf(blocks.values());
  }

  /**
   * A block by its number.
   *
   * @param number from 1 at the entrance
   * @throws IllegalArgumentException if there is no such block
   */
  public Block block(int number) {
    List<Block> blocks = blocks();
    if (number < 1 || number > blocks.size()) {
      throw new IllegalArgumentException(
          "The network has the blocks 1 to %d, not %d: %s"
              .formatted(blocks.size(), number, blocks.stream().map(Block::vertex).toList()));
    }
    return blocks.get(number - 1);
  }

  /**
   * Names of the vertices up to a block.
   *
   * @param number from 1 at the entrance; 0 for the entrance alone, where there is one of our own
   *     kind
   * @throws IllegalArgumentException if there is no such block
   */
  public Set<String> upTo(int number) {
    if (number > 0) {
      return of(configuration, block(number).vertex()).vertices();
    }
    return vertices().stream()
        .filter(name -> entrance(name).isPresent())
        .collect(Collectors.toSet());
  }

  /**
   * A place where the network can be read.
   *
   * @param vertex its name
   * @param width length of a token
   * @param stride side in pixels of the square that a token stands for
   */
  public record Block(String vertex, int width, int stride) {}

  /**
   * A network with the same weights up to a block, which hands out the block's attention, {@code
   * [B, heads * N, N]}.
   *
   * @param number from 1 at the entrance
   * @throws IllegalArgumentException if the block has no attention, or there is no such block
   */
  public ComputationGraphConfiguration attention(int number) {
    return inside(List.of(number), AttentionBlock::attention);
  }

  /**
   * A network with the same weights up to some blocks, which hands out the keys of their attention,
   * {@code [B, T, width]} each.
   *
   * @param numbers from 1 at the entrance
   * @throws IllegalArgumentException if a block has no attention, or there is no such block
   */
  public ComputationGraphConfiguration keys(List<Integer> numbers) {
    return inside(numbers, AttentionBlock::keys);
  }

  /** Other layers in the place of blocks, or beside those that are still needed. */
  private ComputationGraphConfiguration inside(
      List<Integer> numbers, Function<AttentionBlock, Layer> other) {
    Map<String, Layer> layers = new LinkedHashMap<>();
    Set<String> way = new LinkedHashSet<>();
    for (int number : numbers) {
      String name = block(number).vertex();
      layers.put(name, other.apply(attentionBlock(number)));
      for (String source : sources(name)) {
        collect(configuration, source, way);
      }
    }
    way.removeAll(inputs());
    GraphBuilder builder =
        new NeuralNetConfiguration.Builder()
            .dataType(configuration.getDataType())
            .graphBuilder()
            .addInputs(inputs());
    GraphSection own = new GraphSection(builder, "", false);
    way.forEach(name -> own.copy(name, configuration.getVertices().get(name), sources(name)));
    GraphSection inside = new GraphSection(builder, INSIDE, false);
    layers.forEach((name, layer) -> inside.layer(name, layer, sources(name)));
    return builder
        .setOutputs(layers.keySet().stream().map(inside::name).toArray(String[]::new))
        .setInputTypes(usualImages())
        .build();
  }

  private String[] sources(String name) {
    return configuration.getVertexInputs().get(name).toArray(String[]::new);
  }

  /**
   * The heads of a block.
   *
   * @param number from 1 at the entrance
   * @throws IllegalArgumentException if the block has no attention, or there is no such block
   */
  public int heads(int number) {
    return attentionBlock(number).heads();
  }

  private AttentionBlock attentionBlock(int number) {
    String name = block(number).vertex();
    if (layer(name) instanceof AttentionBlock block) {
      return block;
    }
    throw new IllegalArgumentException(
        "Block %d of the network (\"%s\") has no attention: expected a Vision Transformer of flsl"
            .formatted(number, name));
  }

  /**
   * How the features of an image lie.
   *
   * @throws IllegalArgumentException if the network cannot take images of this size, or the vertex
   *     yields neither tokens nor feature maps
   */
  public TokenGrid grid(int height, int width) {
    return grid(features, height, width);
  }

  /** How the tokens of an image lie that a vertex on the way to the features yields. */
  public TokenGrid grid(String vertex, int height, int width) {
    if (entrance().isPresent() && inputs().size() > 1) {
      // Packed views have sizes of their own.
      return TokenGrid.of(height, width, entrance().get().patch());
    }
    return grid(vertex, types(height, width), height, width);
  }

  private TokenGrid grid(String vertex, Map<String, InputType> types, int height, int width) {
    InputType type = types.get(vertex);
    if (type instanceof InputTypeConvolutional maps) {
      return grid(maps);
    }
    if (type instanceof InputTypeRecurrent sequence) {
      return grid(vertex, sequence.getTimeSeriesLength() / inputs().size(), height, width);
    }
    throw neither(vertex, type);
  }

  private IllegalArgumentException neither(String vertex, InputType type) {
    return new IllegalArgumentException(
        "Vertex \"%s\" must yield tokens [batch, tokens, width] or feature maps [batch, channels, height, width], but yields %s; name another vertex of %s"
            .formatted(vertex, type, vertices()));
  }

  /**
   * How so many tokens of an image lie, leading ones left out: in patches of the entrance; in a
   * network without one, evenly.
   *
   * @throws IllegalArgumentException if they form no such grid
   */
  public TokenGrid grid(String vertex, long tokens, int height, int width) {
    TokenGrid grid =
        entrance()
            .map(entrance -> TokenGrid.of(height, width, entrance.patch()))
            .orElseGet(() -> evenly(tokens, height, width));
    long leading = tokens - grid.tokens();
    if (leading != 0 && leading != entrance().map(ImageEntrance::leadingTokens).orElse(0)) {
      throw new IllegalArgumentException(
          "Vertex \"%s\" yields %d tokens of an image of %d x %d pixels, which form no grid of the same proportions"
              .formatted(vertex, tokens, height, width));
    }
    return grid;
  }

  private static TokenGrid evenly(long tokens, int height, int width) {
    double stride = Math.sqrt((double) height * width / tokens);
    return new TokenGrid(
        (int) Math.max(1, Math.round(height / stride)),
        (int) Math.max(1, Math.round(width / stride)));
  }

  private static TokenGrid grid(InputTypeConvolutional maps) {
    return new TokenGrid(Math.toIntExact(maps.getHeight()), Math.toIntExact(maps.getWidth()));
  }

  private int stride(String vertex, Map<String, InputType> types) {
    int rows = grid(vertex, types, USUAL_SIDE, USUAL_SIDE).height();
    return (int) Math.max(1, Math.round((double) USUAL_SIDE / rows));
  }

  private int width(String vertex, InputType type) {
    if (type instanceof InputTypeConvolutional maps) {
      return Math.toIntExact(maps.getChannels());
    }
    if (type instanceof InputTypeRecurrent sequence) {
      return Math.toIntExact(sequence.getSize());
    }
    throw neither(vertex, type);
  }

  private Map<String, InputType> types(int height, int width) {
    ComputationGraphConfiguration asked = configuration.clone();
    InputType[] images = images(height, width);
    Map<String, InputType> types = types(asked, images);
    checkWeights(asked, images[0]);
    return types;
  }

  private Map<String, InputType> usualTypes() {
    return types(usualImages());
  }

  private Map<String, InputType> types(InputType... images) {
    return types(configuration.clone(), images);
  }

  private static Map<String, InputType> types(
      ComputationGraphConfiguration asked, InputType... images) {
    try {
      return asked.getLayerActivationTypes(images);
    } catch (DL4JException | InvalidInputTypeException | IllegalStateException e) {
      throw new IllegalArgumentException(
          "The network takes no images like %s: %s".formatted(images[0], e.getMessage()), e);
    }
  }

  /** DL4J does not mind when images of another size would need weights of another shape. */
  private void checkWeights(ComputationGraphConfiguration asked, InputType image) {
    for (String name : vertices()) {
      boolean settled = !(layer(name) instanceof FeedForwardLayer layer) || layer.getNIn() > 0;
      long own = settled ? vertex(name).numParams(false) : 0;
      long needed = settled ? asked.getVertices().get(name).numParams(false) : 0;
      if (own != needed) {
        throw new IllegalArgumentException(
            "The network takes no images like %s: its layer \"%s\" has %d weights and would need %d"
                .formatted(image, name, own, needed));
      }
    }
  }

  private InputType[] usualImages() {
    return entrance()
        .map(
            entrance ->
                images(
                    entrance.baseGrid().height() * entrance.patch(),
                    entrance.baseGrid().width() * entrance.patch()))
        .orElseGet(() -> images(USUAL_SIDE, USUAL_SIDE));
  }

  private InputType[] images(int height, int width) {
    InputType image = InputType.convolutional(height, width, channels());
    return inputs().stream().map(input -> image).toArray(InputType[]::new);
  }

  private GraphVertex vertex(String name) {
    GraphVertex vertex = configuration.getVertices().get(name);
    return vertex instanceof FrozenVertex frozen ? frozen.getUnderlying() : vertex;
  }

  /** The layer of a vertex, frozen or not; null for other vertices. */
  private Layer layer(String name) {
    Layer layer =
        vertex(name) instanceof LayerVertex vertex ? vertex.getLayerConf().getLayer() : null;
    if (layer instanceof FrozenLayer frozen) {
      return frozen.getLayer();
    }
    return layer instanceof FrozenLayerWithBackprop frozen ? frozen.getUnderlying() : layer;
  }
}
