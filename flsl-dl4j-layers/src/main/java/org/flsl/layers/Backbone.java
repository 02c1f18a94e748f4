package org.flsl.layers;

import java.util.List;
import java.util.Optional;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.graph.ComputationGraph;

/**
 * A network that turns images into tokens, which FLSL can pretrain.
 *
 * <p>A backbone answers one question: add your layers to this section of a graph and say where the
 * tokens are. It is asked twice, for the student and for the frozen teacher, and must name its
 * layers alike both times, so that the teacher can follow the student.
 */
public interface Backbone {

  /**
   * Adds the layers.
   *
   * @param section receives the layers
   * @param views the images, several views of the same photo; all of them share the weights
   * @return where the tokens of all views are, packed view after view
   * @throws IllegalArgumentException if the network cannot take views of these sizes
   */
  Tokens addTo(GraphSection section, List<ImageInput> views);

  /**
   * The network alone, as an ordinary graph whose layers have the names that {@link #addTo} gives
   * them inside its section.
   *
   * @param settings global settings: seed, updater, data type and so on
   * @param height height of the images
   * @param width width of the images
   */
  ComputationGraphConfiguration standalone(
      NeuralNetConfiguration.Builder settings, int height, int width);

  /** The network alone with fresh weights. */
  default ComputationGraph network(NeuralNetConfiguration.Builder settings, int height, int width) {
    ComputationGraph graph = new ComputationGraph(standalone(settings, height, width));
    graph.init();
    return graph;
  }

  /**
   * The trained network that a training begins with, its vertices called as in {@link #standalone};
   * empty, the default, where it begins with random weights.
   */
  default Optional<ComputationGraph> trained() {
    return Optional.empty();
  }

  /** How many channels its images have. */
  int channels();

  /** Whether the tokens leave the network behind a layer norm. */
  boolean isNormalised();

  /**
   * The same network with a layer norm behind its tokens, which is trained and exported with it.
   */
  Backbone normalised();

  /** The network in a few words, for its user to recognise. */
  @Override
  String toString();

  /**
   * An image that enters the graph.
   *
   * @param name name of the graph's input, {@code [B, channels, height, width]}
   */
  record ImageInput(String name, int channels, int height, int width) {}

  /**
   * Tokens in the graph, {@code [B, sum of the grids' tokens, width]}.
   *
   * @param vertex name of the vertex that yields them
   * @param width width of a token
   * @param grids the grid of each view, in the order of packing
   */
  record Tokens(String vertex, int width, List<TokenGrid> grids) {

    /** Copies the grids. */
    public Tokens {
      grids = List.copyOf(grids);
    }
  }
}
