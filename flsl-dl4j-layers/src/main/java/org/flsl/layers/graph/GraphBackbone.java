package org.flsl.layers.graph;

import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.conf.InputPreProcessor;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.graph.GraphVertex;
import org.deeplearning4j.nn.conf.graph.LayerVertex;
import org.deeplearning4j.nn.conf.graph.StackVertex;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.BaseLayer;
import org.deeplearning4j.nn.conf.layers.BatchNormalization;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.flsl.layers.Backbone;
import org.flsl.layers.GraphSection;
import org.flsl.layers.InputChannels;
import org.flsl.layers.TokenGrid;

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
  private final ComputationGraphConfiguration configuration;
  private final String features;

  private GraphBackbone(ComputationGraphConfiguration configuration, String features) {
    this.configuration = configuration;
    this.features = features;
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
    if (!configuration.getVertices().containsKey(features)) {
      throw new IllegalArgumentException(
          String.format(
              "Graph backbone: the network has no vertex \"%s\"; its vertices are %s",
              features, configuration.getVertices().keySet()));
    }
    return new GraphBackbone(configuration.clone(), features);
  }

  @Override
  public int channels() {
    return InputChannels.of(configuration);
  }

  @Override
  public boolean isNormalised() {
    return false;
  }

  @Override
  public Tokens addTo(GraphSection section, List<ImageInput> views) {
    ImageInput first = views.get(0);
    InputType.InputTypeConvolutional maps = featureMaps(first);
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
    Map<String, List<String>> inputs = configuration.getVertexInputs();
    String input = configuration.getNetworkInputs().get(0);
    for (String name : ancestors()) {
      String from = image;
      String[] sources =
          inputs.get(name).stream()
              .map(source -> source.equals(input) ? from : section.name(source))
              .toArray(String[]::new);
      add(section, name, configuration.getVertices().get(name), sources);
    }
    String tokens =
        section.vertex("tokens", new FeatureMapTokens(views.size()), section.name(features));
    TokenGrid grid =
        new TokenGrid(Math.toIntExact(maps.getHeight()), Math.toIntExact(maps.getWidth()));
    return new Tokens(
        tokens, Math.toIntExact(maps.getChannels()), views.stream().map(view -> grid).toList());
  }

  private InputType.InputTypeConvolutional featureMaps(ImageInput image) {
    InputType input = InputType.convolutional(image.height(), image.width(), image.channels());
    InputType type = configuration.clone().getLayerActivationTypes(input).get(features);
    if (type instanceof InputType.InputTypeConvolutional maps) {
      return maps;
    }
    throw new IllegalArgumentException(
        String.format(
            "Graph backbone: vertex \"%s\" must yield feature maps [batch, channels, height, width],"
                + " but yields %s",
            features, type));
  }

  /** The feature vertex and everything it depends on, in the order of the configuration. */
  private List<String> ancestors() {
    Set<String> needed = new LinkedHashSet<>();
    Deque<String> open = new ArrayDeque<>(List.of(features));
    while (!open.isEmpty()) {
      String name = open.pop();
      if (configuration.getVertices().containsKey(name) && needed.add(name)) {
        open.addAll(configuration.getVertexInputs().get(name));
      }
    }
    return configuration.getVertices().keySet().stream().filter(needed::contains).toList();
  }

  private static void add(GraphSection section, String name, GraphVertex vertex, String... inputs) {
    if (vertex instanceof LayerVertex layerVertex) {
      Layer layer = layerVertex.getLayerConf().getLayer().clone();
      if (layer instanceof BaseLayer base) {
        forgetTraining(base);
      }
      InputPreProcessor preProcessor = layerVertex.getPreProcessor();
      section.layer(name, layer, preProcessor == null ? null : preProcessor.clone(), inputs);
    } else {
      section.vertex(name, vertex.clone(), inputs);
    }
  }

  /** Lets the settings of the pretraining take the place of the layer's own. */
  private static void forgetTraining(BaseLayer layer) {
    layer.setIUpdater(null);
    layer.setBiasUpdater(null);
    layer.setRegularization(null);
    layer.setRegularizationBias(null);
    if (!(layer instanceof BatchNormalization)) {
      // The running statistics of batch norm travel as gradients and must not be clipped.
      layer.setGradientNormalization(null);
      layer.setGradientNormalizationThreshold(Double.NaN);
    }
  }

  /** The whole network that this backbone was taken from, its own settings included. */
  @Override
  public ComputationGraphConfiguration standalone(
      NeuralNetConfiguration.Builder settings, int height, int width) {
    return configuration.clone();
  }

  @Override
  public String toString() {
    return "GraphBackbone up to \""
        + features
        + "\" of "
        + Arrays.toString(configuration.getVertices().keySet().toArray());
  }
}
