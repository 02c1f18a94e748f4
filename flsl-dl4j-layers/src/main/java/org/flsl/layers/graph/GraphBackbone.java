package org.flsl.layers.graph;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.deeplearning4j.nn.conf.CNN2DFormat;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration.GraphBuilder;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.graph.GraphVertex;
import org.deeplearning4j.nn.conf.graph.LayerVertex;
import org.deeplearning4j.nn.conf.graph.StackVertex;
import org.deeplearning4j.nn.conf.layers.BaseLayer;
import org.deeplearning4j.nn.conf.layers.BatchNormalization;
import org.deeplearning4j.nn.conf.layers.ConvolutionLayer;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.conf.layers.SubsamplingLayer;
import org.deeplearning4j.nn.conf.layers.misc.FrozenLayer;
import org.deeplearning4j.nn.conf.layers.samediff.AbstractSameDiffLayer;
import org.deeplearning4j.nn.conf.preprocessor.FeedForwardToCnnPreProcessor;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.flsl.layers.Backbone;
import org.flsl.layers.BackboneGraph;
import org.flsl.layers.GraphSection;
import org.flsl.layers.TokenGrid;
import org.flsl.layers.vit.TokenNorm;

/**
 * Any convolutional network of yours as a backbone: the part of a ComputationGraph up to a vertex
 * whose feature maps become tokens.
 *
 * <p>Use it to pretrain a network that you have; for a Vision Transformer of this library use
 * {@link org.flsl.layers.vit.VitBackbone}. Layers keep their names, shapes, activations and initial
 * weights, while updater, regularisation and clipping become those of the pretraining. Of a network
 * that is trained already, student and teacher begin with its weights. Views of one size are
 * stacked along the batch; those of each further size go through the same layers by themselves
 * ({@link FurtherViews}), which convolutions allow. The network may take any number of channels:
 * give the views as many ({@link #channels()}).
 *
 * <p>Batch normalisation: the student normalises by the statistics of its batch, all its views of a
 * size together, and keeps running ones as in any training. The teacher, frozen, normalises by
 * running statistics, which follow the student's by momentum as all its parameters do. So it
 * computes the same in the training and as the exported network.
 */
public final class GraphBackbone implements Backbone {
  private static final String NORM = "tokenNorm";
  private static final NeuralNetConfiguration.Builder DL4J = new NeuralNetConfiguration.Builder();

  private final ComputationGraphConfiguration configuration;
  private final String features;
  private final boolean normalised;
  private final BackboneGraph way;

  /** Null where there is none. */
  private final ComputationGraph trained;

  private GraphBackbone(
      ComputationGraphConfiguration configuration,
      String features,
      boolean normalised,
      ComputationGraph trained) {
    this.trained = trained;
    this.configuration = configuration;
    this.features = features;
    this.normalised = normalised;
    this.way = BackboneGraph.of(configuration, features);
  }

  /**
   * The part of a network up to a vertex.
   *
   * @param configuration the whole network, with a single input
   * @param features name of the vertex with the feature maps
   * @throws IllegalArgumentException if there is no such vertex or more than one input, or a layer
   *     takes channels last (NHWC)
   */
  public static GraphBackbone of(ComputationGraphConfiguration configuration, String features) {
    return of(configuration, features, null);
  }

  /**
   * The part of a trained network up to a vertex: student and teacher begin with its weights.
   *
   * @param network the whole network, with a single input; it stays as it is
   * @param features name of the vertex with the feature maps
   * @throws IllegalArgumentException if there is no such vertex or more than one input, a layer
   *     takes channels last (NHWC), or {@code init()} was not called
   */
  public static GraphBackbone of(ComputationGraph network, String features) {
    requireWeights(network.getVertices());
    return of(network.getConfiguration(), features, network);
  }

  /**
   * The part of a trained network up to a layer: student and teacher begin with its weights.
   *
   * @param network the whole network; it stays as it is
   * @param layer name of the layer with the feature maps, or its number, counted from 0
   * @throws IllegalArgumentException if there is no such layer, a layer takes channels last (NHWC),
   *     or {@code init()} was not called
   */
  public static GraphBackbone of(MultiLayerNetwork network, String layer) {
    requireWeights(network.getLayers());
    for (int i = 0; i < network.getnLayers(); i++) {
      if (layer.equals(network.getLayer(i).conf().getLayer().getLayerName())) {
        return of(network.toComputationGraph(), String.valueOf(i));
      }
    }
    return of(network.toComputationGraph(), layer);
  }

  private static GraphBackbone of(
      ComputationGraphConfiguration configuration, String features, ComputationGraph trained) {
    if (configuration.getNetworkInputs().size() != 1) {
      throw new IllegalArgumentException(
          "Graph backbone: the network needs exactly one input, the image, but has "
              + configuration.getNetworkInputs());
    }
    GraphBackbone backbone = new GraphBackbone(forImages(configuration), features, false, trained);
    backbone.requireChannelsFirst();
    return backbone;
  }

  /** Layers are made by {@code init()}. */
  private static void requireWeights(Object[] layers) {
    if (layers == null) {
      throw new IllegalArgumentException(
          "Graph backbone: the network has no weights yet: call its init() first, or give its configuration");
    }
  }

  /** Views are images with channels first, and so are feature maps. */
  private void requireChannelsFirst() {
    for (String name : way.vertices()) {
      if (configuration.getVertices().get(name) instanceof LayerVertex vertex
          && formatOf(vertex.getLayerConf().getLayer()) == CNN2DFormat.NHWC) {
        throw new IllegalArgumentException(
            "Graph backbone: the layer \"%s\" takes channels last (NHWC), and views have them first: build the network for CNN2DFormat.NCHW"
                .formatted(name));
      }
    }
  }

  /** Null where a layer has none. */
  private static CNN2DFormat formatOf(Layer layer) {
    if (layer instanceof FrozenLayer frozen) {
      return formatOf(frozen.getLayer());
    }
    if (layer instanceof ConvolutionLayer convolution) {
      return convolution.getCnn2dDataFormat();
    }
    return layer instanceof SubsamplingLayer pooling ? pooling.getCnn2dDataFormat() : null;
  }

  /** Views come as images and not as rows of numbers, whose size would be fixed. */
  private static ComputationGraphConfiguration forImages(ComputationGraphConfiguration network) {
    ComputationGraphConfiguration copy = network.clone();
    copy.getVertices()
        .forEach(
            (name, vertex) -> {
              if (vertex instanceof LayerVertex layer
                  && layer.getPreProcessor() instanceof FeedForwardToCnnPreProcessor
                  && copy.getNetworkInputs().containsAll(copy.getVertexInputs().get(name))) {
                layer.setPreProcessor(null);
              }
            });
    return copy;
  }

  @Override
  public Optional<ComputationGraph> trained() {
    return Optional.ofNullable(trained);
  }

  /** The same without what comes after the features, which are then the output. */
  public GraphBackbone alone() {
    return new GraphBackbone(way.network(), features, normalised, trained);
  }

  /** What is known of the part up to the features. */
  public BackboneGraph way() {
    return way;
  }

  @Override
  public int channels() {
    return way.channels();
  }

  @Override
  public boolean isNormalised() {
    return normalised;
  }

  /**
   * The network with a {@link TokenNorm} of its feature maps, {@code tokenNorm}, between them and
   * what comes after them.
   *
   * @throws IllegalArgumentException if it has a vertex of that name already
   */
  @Override
  public GraphBackbone normalised() {
    if (configuration.getVertices().containsKey(NORM)) {
      throw new IllegalArgumentException(
          "Graph backbone: a layer norm \"%s\" is put behind \"%s\", but the network has a vertex of that name: rename it, or choose FinalNorm.NONE"
              .formatted(NORM, features));
    }
    return new GraphBackbone(configuration, features, true, trained);
  }

  /** The norm becomes a vertex as any other as soon as the size of images tells its width. */
  private GraphBackbone withNorm(int height, int width) {
    ComputationGraphConfiguration network = configuration.clone();
    NeuralNetConfiguration norm = new NeuralNetConfiguration();
    norm.setLayer(TokenNorm.builder(way.width(height, width)).build());
    norm.getLayer().setLayerName(NORM);
    learnAsBefore((AbstractSameDiffLayer) norm.getLayer());
    Map<String, List<String>> inputs = network.getVertexInputs();
    inputs.replaceAll((name, sources) -> behindNorm(sources));
    inputs.put(NORM, List.of(features));
    network.getVertices().put(NORM, new LayerVertex(norm, null));
    network.setNetworkOutputs(behindNorm(network.getNetworkOutputs()));
    return new GraphBackbone(network, NORM, false, trained);
  }

  /** With the updater of the last layer that has one, or the norm would have DL4J's default. */
  private void learnAsBefore(AbstractSameDiffLayer norm) {
    for (String name : way.vertices()) {
      if (configuration.getVertices().get(name) instanceof LayerVertex vertex) {
        Layer layer = vertex.getLayerConf().getLayer();
        if (layer instanceof BaseLayer own && own.getIUpdater() != null) {
          norm.setUpdater(own.getIUpdater().clone());
        } else if (layer instanceof AbstractSameDiffLayer own && own.getUpdater() != null) {
          norm.setUpdater(own.getUpdater().clone());
        }
      }
    }
  }

  private List<String> behindNorm(List<String> names) {
    return names.stream().map(name -> name.equals(features) ? NORM : name).toList();
  }

  @Override
  public Tokens addTo(GraphSection section, List<ImageInput> views) {
    ImageInput first = views.get(0);
    if (normalised) {
      return withNorm(first.height(), first.width()).addTo(section, views);
    }
    List<TokenGrid> grids =
        views.stream().map(view -> way.grid(view.height(), view.width())).toList();
    List<List<ImageInput>> sizes = sizes(views);
    addTrunk(section, sizes.get(0), sizes.size() > 1);
    String tokens =
        section.vertex("tokens", new FeatureMapTokens(sizes.get(0).size()), section.name(features));
    for (int i = 1; i < sizes.size(); i++) {
      String[] inputs =
          Stream.concat(Stream.of(tokens), sizes.get(i).stream().map(ImageInput::name))
              .toArray(String[]::new);
      FurtherViews further = new FurtherViews(way.network(), section.name(""), sizes.get(i).size());
      tokens = section.vertex("tokens_" + i, further, inputs);
    }
    return new Tokens(tokens, way.width(first.height(), first.width()), grids);
  }

  /** Neighbouring views of the same size together. */
  private static List<List<ImageInput>> sizes(List<ImageInput> views) {
    List<List<ImageInput>> sizes = new ArrayList<>();
    ImageInput last = null;
    for (ImageInput view : views) {
      if (last == null || view.height() != last.height() || view.width() != last.width()) {
        sizes.add(new ArrayList<>());
      }
      sizes.get(sizes.size() - 1).add(view);
      last = view;
    }
    return sizes;
  }

  private void addTrunk(GraphSection section, List<ImageInput> views, boolean shared) {
    String image = views.get(0).name();
    if (views.size() > 1) {
      String[] names = views.stream().map(ImageInput::name).toArray(String[]::new);
      image = section.vertex("views", new StackVertex(), names);
    }
    String input = configuration.getNetworkInputs().get(0);
    String from = image;
    List<String> names =
        configuration.getVertices().keySet().stream().filter(way.vertices()::contains).toList();
    for (String name : names) {
      copy(
          section,
          name,
          source -> source.equals(input) ? from : section.name(source),
          layer -> forget(layer, true, true, true));
      if (shared) {
        share(section, name);
      }
    }
  }

  private void share(GraphSection section, String name) {
    GraphVertex vertex = configuration.getVertices().get(name);
    if (vertex instanceof LayerVertex) {
      section.replace(name, SharedLayer::of);
    } else if (vertex.numParams(false) > 0) {
      throw new IllegalArgumentException(
          "Graph backbone: \"%s\" is a vertex with weights and no layer, which cannot be shared by views of several sizes; make local views as large as global ones"
              .formatted(name));
    }
  }

  /**
   * The whole network that this backbone was taken from, what comes after the features included.
   *
   * <p>Seed, data type and all else of the network as a whole are those of the settings. So are
   * updater, regularisation and clipping where the settings name any; otherwise each layer keeps
   * its own.
   */
  @Override
  public ComputationGraphConfiguration standalone(
      NeuralNetConfiguration.Builder settings, int height, int width) {
    if (normalised) {
      return withNorm(height, width).standalone(settings, height, width);
    }
    boolean updater = !settings.getIUpdater().equals(DL4J.getIUpdater());
    boolean regularisation = !settings.getRegularization().isEmpty();
    boolean clipping = settings.getGradientNormalization() != DL4J.getGradientNormalization();
    GraphBuilder builder =
        settings
            .graphBuilder()
            .addInputs(configuration.getNetworkInputs())
            .setOutputs(configuration.getNetworkOutputs().toArray(String[]::new))
            .backpropType(configuration.getBackpropType())
            .tBPTTForwardLength(configuration.getTbpttFwdLength())
            .tBPTTBackwardLength(configuration.getTbpttBackLength())
            .validateOutputLayerConfig(configuration.isValidateOutputLayerConfig())
            .allowDisconnected(true);
    GraphSection whole = new GraphSection(builder, "", false);
    configuration
        .getVertices()
        .keySet()
        .forEach(
            name ->
                copy(
                    whole,
                    name,
                    UnaryOperator.identity(),
                    layer -> forget(layer, updater, regularisation, clipping)));
    return builder.build();
  }

  private void copy(
      GraphSection section, String name, UnaryOperator<String> source, Consumer<Layer> change) {
    GraphVertex vertex = configuration.getVertices().get(name).clone();
    if (vertex instanceof LayerVertex own) {
      change.accept(own.getLayerConf().getLayer());
    }
    String[] sources =
        configuration.getVertexInputs().get(name).stream().map(source).toArray(String[]::new);
    section.copy(name, vertex, sources);
  }

  /** Lets the settings of the network take the place of a layer's own. */
  private static void forget(
      Layer layer, boolean updater, boolean regularisation, boolean clipping) {
    if (layer instanceof BaseLayer own) {
      if (updater) {
        own.setIUpdater(null);
        own.setBiasUpdater(null);
      }
      if (regularisation) {
        own.setRegularization(null);
        own.setRegularizationBias(null);
      }
      // The running statistics of batch norm travel as gradients and must not be clipped.
      if (clipping && !(layer instanceof BatchNormalization)) {
        own.setGradientNormalization(null);
        own.setGradientNormalizationThreshold(Double.NaN);
      }
    } else if (layer instanceof AbstractSameDiffLayer own) {
      if (updater) {
        own.setUpdater(null);
        own.setBiasUpdater(null);
      }
      if (regularisation) {
        own.setRegularization(null);
        own.setRegularizationBias(null);
      }
      if (clipping) {
        own.setGradientNormalization(null);
        own.setGradientNormalizationThreshold(Double.NaN);
      }
    }
  }

  @Override
  public String toString() {
    return "network of %d vertices up to \"%s\"".formatted(way.vertices().size(), features);
  }
}
