package org.flsl.downstream;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration.GraphBuilder;
import org.deeplearning4j.nn.conf.graph.FrozenVertex;
import org.deeplearning4j.nn.conf.graph.GraphVertex;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.flsl.evaluation.data.ImageSize;
import org.flsl.layers.Backbone;
import org.flsl.layers.Backbone.ImageInput;
import org.flsl.layers.Backbone.Tokens;
import org.flsl.layers.BackboneGraph;
import org.flsl.layers.GraphSection;
import org.flsl.layers.ParameterCopy;
import org.flsl.layers.TokenGrid;
import org.flsl.layers.dense.FeatureMap;
import org.flsl.layers.dense.TokenMap;
import org.flsl.layers.samediff.PlannedMemory;
import org.flsl.training.TrainingMemory;
import org.nd4j.common.util.ArrayUtil;

/**
 * A backbone with the head of a task on it, as one ordinary ComputationGraph: {@code
 * graph.fit(iterator)} trains it, {@code graph.output(images)} is what the head says.
 *
 * <pre>
 * image → backbone/… → tokens → backbone/map     the feature map, of any backbone
 *                               head/…           layers, and the loss as output
 * </pre>
 *
 * <p>It takes images of any size that the stride of the backbone divides, also larger or smaller
 * than those that it is trained with, where the backbone does.
 */
public final class TaskGraph {
  /** Name of the graph's input, {@code [B, channels, height, width]}. */
  public static final String IMAGE = "image";

  /** Prefix of the backbone's vertices. */
  public static final String BACKBONE = "backbone/";

  /** Prefix of the head's vertices. */
  public static final String HEAD = "head/";

  private static final String MAP = "map";

  private final Backbone backbone;
  private final Head head;
  private final ImageSize size;
  private final FineTuning learning;

  /**
   * Puts a head on a backbone.
   *
   * @param size of the images that it is trained with
   * @param learning how it is trained
   */
  public TaskGraph(Backbone backbone, Head head, ImageSize size, FineTuning learning) {
    this.backbone = Objects.requireNonNull(backbone, "backbone");
    this.head = Objects.requireNonNull(head, "head");
    this.size = Objects.requireNonNull(size, "size");
    this.learning = Objects.requireNonNull(learning, "learning");
  }

  /**
   * The graph's configuration.
   *
   * @throws IllegalArgumentException if the backbone cannot take images of this size
   */
  public ComputationGraphConfiguration configuration() {
    GraphBuilder builder = learning.settings().graphBuilder().addInputs(IMAGE);
    GraphSection features = new GraphSection(builder, BACKBONE, learning.frozen());
    ImageInput image = new ImageInput(IMAGE, backbone.channels(), size.height(), size.width());
    Tokens tokens = backbone.addTo(features, List.of(image));
    int stride = stride(tokens.grids().get(0));
    String map = features.vertex(MAP, new TokenMap(stride), tokens.vertex(), IMAGE);
    String output =
        head.addTo(
            new GraphSection(builder, HEAD, false),
            new FeatureMap(map, tokens.width(), stride),
            IMAGE);
    ComputationGraphConfiguration configuration =
        builder
            .setOutputs(output)
            .setInputTypes(
                InputType.convolutional(size.height(), size.width(), backbone.channels()))
            .build();
    learning.limit(configuration, backbone(configuration));
    return configuration;
  }

  private int stride(TokenGrid grid) {
    int stride = Math.round((float) size.height() / grid.height());
    if (grid.height() * stride != size.height() || grid.width() * stride != size.width()) {
      throw new IllegalArgumentException(
          "The network makes %d x %d tokens of images of %s pixels, which it does not cover evenly: choose a size that is a multiple of %d"
              .formatted(grid.height(), grid.width(), size, stride));
    }
    return stride;
  }

  /**
   * The graph as its training begins: the backbone with the {@linkplain Backbone#trained weights}
   * that it brings along, or random ones; the head with random ones.
   */
  public ComputationGraph init() {
    return backbone.trained().map(this::init).orElseGet(this::untrained);
  }

  /**
   * The graph as its training begins, with the weights of a network that is trained already.
   *
   * @param trained has vertices of the names and shapes of the backbone's, as {@link
   *     Backbone#standalone} makes it; others are left out
   * @throws IllegalArgumentException if shapes differ, or no name is the same
   */
  public ComputationGraph init(ComputationGraph trained) {
    ComputationGraph graph = untrained();
    if (ParameterCopy.named(trained, graph, BACKBONE) == 0) {
      throw new IllegalArgumentException(
          "The trained network has no layer of the backbone (%s); its layers are %s"
              .formatted(backbone, trained.getConfiguration().getVertices().keySet()));
    }
    return graph;
  }

  private ComputationGraph untrained() {
    ComputationGraph graph = new ComputationGraph(configuration());
    graph.init();
    return graph;
  }

  /**
   * What such a graph tells of the backbone in it, up to its tokens.
   *
   * @throws IllegalArgumentException if it is another graph
   */
  public static BackboneGraph backbone(ComputationGraphConfiguration task) {
    List<String> inputs = task.getVertexInputs().get(BACKBONE + MAP);
    if (inputs == null) {
      throw new IllegalArgumentException(
          "The graph has no vertex \"%s\"; expected a backbone with the head of a task"
              .formatted(BACKBONE + MAP));
    }
    return BackboneGraph.of(task, inputs.get(0));
  }

  /**
   * How much memory a training takes, known before its first step.
   *
   * @param graph a graph of this kind
   * @param batch images that go through it at once
   */
  public static TrainingMemory memory(ComputationGraph graph, ImageSize size, int batch) {
    ComputationGraphConfiguration configuration = graph.getConfiguration().clone();
    int channels = backbone(configuration).channels();
    InputType image = InputType.convolutional(size.height(), size.width(), channels);
    Map<String, long[]> shapes = new HashMap<>();
    shapes.put(IMAGE, shape(image, batch));
    configuration
        .getLayerActivationTypes(image)
        .forEach((name, type) -> shapes.put(name, shape(type, batch)));
    long outputs = shapes.values().stream().mapToLong(ArrayUtil::prodLong).sum();
    long moments = graph.getUpdater(true).getUpdaterStateViewArray().length();
    long weights = 2 * graph.params().length() + moments;
    int width = configuration.getDataType().width();
    return new TrainingMemory(
        width * weights, width * (outputs + PlannedMemory.elements(graph, shapes)));
  }

  private static long[] shape(InputType type, int batch) {
    long[] shape = type.getShape(true);
    shape[0] = batch;
    return shape;
  }

  /**
   * Side in pixels of the square that a place of the feature map stands for: what has to divide
   * images.
   */
  public static int stride(ComputationGraphConfiguration task) {
    Map<String, GraphVertex> vertices = task.getVertices();
    GraphVertex map = vertices.get(BACKBONE + MAP);
    if (map instanceof FrozenVertex frozen) {
      map = frozen.getUnderlying();
    }
    if (map instanceof TokenMap tokens) {
      return tokens.stride();
    }
    throw new IllegalArgumentException(
        "The graph is no backbone with the head of a task: it has no \"%s\" but %s"
            .formatted(BACKBONE + MAP, vertices.keySet()));
  }
}
