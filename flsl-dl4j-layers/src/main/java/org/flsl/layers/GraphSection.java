package org.flsl.layers;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.function.UnaryOperator;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration.GraphBuilder;
import org.deeplearning4j.nn.conf.InputPreProcessor;
import org.deeplearning4j.nn.conf.graph.FrozenVertex;
import org.deeplearning4j.nn.conf.graph.GraphVertex;
import org.deeplearning4j.nn.conf.graph.LayerVertex;
import org.deeplearning4j.nn.conf.layers.BaseLayer;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.conf.layers.misc.FrozenLayer;
import org.nd4j.linalg.learning.regularization.Regularization;

/**
 * A part of a graph under construction whose vertices share a prefix and are frozen or not.
 *
 * <p>The student and its frozen teacher are two sections with the same contents.
 */
public final class GraphSection {
  private final GraphBuilder builder;
  private final String prefix;
  private final boolean frozen;

  /**
   * Opens a section.
   *
   * @param prefix put before every name, for example {@code "student/"}
   * @param frozen whether everything in it is kept out of training
   */
  public GraphSection(GraphBuilder builder, String prefix, boolean frozen) {
    this.builder = builder;
    this.prefix = prefix;
    this.frozen = frozen;
  }

  /** The full name of what is called {@code name} inside this section. */
  public String name(String name) {
    return prefix + name;
  }

  /**
   * Adds a layer.
   *
   * @param name name inside the section
   * @param inputs full names of the inputs
   * @return the full name
   * @throws IllegalArgumentException if something in the graph has that name
   */
  public String layer(String name, Layer layer, String... inputs) {
    return layer(name, layer, null, inputs);
  }

  /** Adds a layer with a preprocessor, which may be null. */
  public String layer(String name, Layer layer, InputPreProcessor preProcessor, String... inputs) {
    String full = free(name);
    builder.addLayer(full, frozen ? new FrozenLayer(layer) : layer, preProcessor, inputs);
    if (layer instanceof BaseLayer own) {
      // DL4J gives its own layers each regularisation of the network twice.
      own.setRegularization(eachOnce(own.getRegularization()));
      own.setRegularizationBias(eachOnce(own.getRegularizationBias()));
    }
    return full;
  }

  /** The full name, if nothing has it: a network of a user's own may have any names. */
  private String free(String name) {
    String full = name(name);
    if (builder.getVertices().containsKey(full)) {
      throw new IllegalArgumentException(
          "Two vertices of the graph would be called \"%s\", one of the network and one that is added to it: call the network's \"%s\" otherwise"
              .formatted(full, name));
    }
    return full;
  }

  private static List<Regularization> eachOnce(List<Regularization> regularisations) {
    return new ArrayList<>(new LinkedHashSet<>(regularisations));
  }

  /**
   * Adds a vertex.
   *
   * @param name name inside the section
   * @param inputs full names of the inputs
   * @return the full name
   * @throws IllegalArgumentException if something in the graph has that name
   */
  public String vertex(String name, GraphVertex vertex, String... inputs) {
    String full = free(name);
    builder.addVertex(full, frozen ? new FrozenVertex(vertex) : vertex, inputs);
    return full;
  }

  /**
   * Puts another vertex in the place of one of this section; inputs stay.
   *
   * @param name name inside the section
   */
  public void replace(String name, UnaryOperator<GraphVertex> other) {
    builder.getVertices().computeIfPresent(prefix + name, (full, vertex) -> other.apply(vertex));
  }

  /**
   * Adds a copy of another graph's vertex, with its preprocessor.
   *
   * @param name name inside the section
   * @param inputs full names of the inputs
   * @return the full name
   */
  public String copy(String name, GraphVertex vertex, String... inputs) {
    if (vertex.clone() instanceof LayerVertex layer) {
      return layer(name, layer.getLayerConf().getLayer(), layer.getPreProcessor(), inputs);
    }
    return vertex(name, vertex.clone(), inputs);
  }
}
