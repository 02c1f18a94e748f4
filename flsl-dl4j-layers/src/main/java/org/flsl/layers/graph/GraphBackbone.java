package org.flsl.layers.graph;

import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration.GraphBuilder;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.graph.GraphVertex;
import org.deeplearning4j.nn.conf.graph.LayerVertex;
import org.deeplearning4j.nn.conf.graph.StackVertex;
import org.deeplearning4j.nn.conf.layers.BaseLayer;
import org.deeplearning4j.nn.conf.layers.BatchNormalization;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.conf.layers.samediff.AbstractSameDiffLayer;
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
 * weights, while updater, regularisation and clipping become those of the pretraining. Views share
 * the weights by being stacked along the batch, so all of them need the same size. The network may
 * take any number of channels: give the views as many ({@link #channels()}).
 */
public final class GraphBackbone implements Backbone {
  private static final String NORM = "tokenNorm";
  private static final NeuralNetConfiguration.Builder DL4J = new NeuralNetConfiguration.Builder();

  private final ComputationGraphConfiguration configuration;
  private final String features;
  private final boolean normalised;
  private final BackboneGraph way;

  private GraphBackbone(
      ComputationGraphConfiguration configuration, String features, boolean normalised) {
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
   * @throws IllegalArgumentException if there is no such vertex or more than one input
   */
  public static GraphBackbone of(ComputationGraphConfiguration configuration, String features) {
    if (configuration.getNetworkInputs().size() != 1) {
      throw new IllegalArgumentException(
          "Graph backbone: the network needs exactly one input, the image, but has "
              + configuration.getNetworkInputs());
    }
    return new GraphBackbone(configuration.clone(), features, false);
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
    return new GraphBackbone(configuration, features, true);
  }

  /** The norm becomes a vertex as any other as soon as the size of images tells its width. */
  private GraphBackbone withNorm(int height, int width) {
    ComputationGraphConfiguration network = configuration.clone();
    NeuralNetConfiguration norm = new NeuralNetConfiguration();
    norm.setLayer(TokenNorm.builder(way.width(height, width)).build());
    norm.getLayer().setLayerName(NORM);
    Map<String, List<String>> inputs = network.getVertexInputs();
    inputs.replaceAll((name, sources) -> behindNorm(sources));
    inputs.put(NORM, List.of(features));
    network.getVertices().put(NORM, new LayerVertex(norm, null));
    network.setNetworkOutputs(behindNorm(network.getNetworkOutputs()));
    return new GraphBackbone(network, NORM, false);
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
    TokenGrid grid = way.grid(first.height(), first.width());
    for (ImageInput view : views) {
      if (view.height() != first.height() || view.width() != first.width()) {
        throw new IllegalArgumentException(
            String.format(
                "Graph backbone: all views must have the same size, but %s has %d x %d pixels and %s"
                    + " has %d x %d; make local views as large as global ones",
                first.name(),
                first.height(),
                first.width(),
                view.name(),
                view.height(),
                view.width()));
      }
    }
    String image = first.name();
    if (views.size() > 1) {
      String[] names = views.stream().map(ImageInput::name).toArray(String[]::new);
      image = section.vertex("views", new StackVertex(), names);
    }
    String input = configuration.getNetworkInputs().get(0);
    String from = image;
    configuration.getVertices().keySet().stream()
        .filter(way.vertices()::contains)
        .forEach(
            name ->
                copy(
                    section,
                    name,
                    source -> source.equals(input) ? from : section.name(source),
                    layer -> forget(layer, true, true, true)));
    String tokens =
        section.vertex("tokens", new FeatureMapTokens(views.size()), section.name(features));
    int width = way.width(first.height(), first.width());
    return new Tokens(tokens, width, views.stream().map(view -> grid).toList());
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
