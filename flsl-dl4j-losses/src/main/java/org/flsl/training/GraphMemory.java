package org.flsl.training;

import java.util.HashMap;
import java.util.Map;
import java.util.stream.IntStream;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration.GraphBuilder;
import org.deeplearning4j.nn.conf.graph.StackVertex;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.flsl.layers.graph.FeatureMapTokens;
import org.flsl.layers.graph.FurtherViews;
import org.flsl.layers.samediff.PlannedMemory;
import org.nd4j.common.util.ArrayUtil;

/** Counts what a graph keeps in memory while it trains, from the types of its vertices. */
final class GraphMemory {
  private final GraphBuilder builder;

  /** Of the graph whose vertices these are. */
  GraphMemory(GraphBuilder builder) {
    this.builder = builder;
  }

  /**
   * How much a training takes.
   *
   * @param batch images that go through the graph at once
   * @param width bytes of a number
   */
  TrainingMemory of(ComputationGraph graph, int batch, int width) {
    Map<String, long[]> shapes = new HashMap<>();
    for (int i = 0; i < builder.getNetworkInputs().size(); i++) {
      InputType input = builder.getNetworkInputTypes().get(i);
      shapes.put(builder.getNetworkInputs().get(i), shape(input, batch));
    }
    Map<String, Integer> stacked = stacked();
    builder
        .getLayerActivationTypes()
        .forEach((name, type) -> shapes.put(name, shape(type, batch * stacked.get(name))));
    long outputs = shapes.values().stream().mapToLong(ArrayUtil::prodLong).sum();
    outputs += batch * activationsOfFurtherViews();
    // DL4J makes room for gradients of frozen parameters as well.
    long moments = graph.getUpdater(true).getUpdaterStateViewArray().length();
    long weights = 2 * graph.params().length() + moments;
    return new TrainingMemory(
        width * weights, width * (outputs + PlannedMemory.elements(graph, shapes)));
  }

  /** Numbers that views of further sizes keep inside their vertices, of one photo. */
  private long activationsOfFurtherViews() {
    long activations = 0;
    for (var vertex : builder.getVertices().entrySet()) {
      if (vertex.getValue() instanceof FurtherViews further) {
        String view = builder.getVertexInputs().get(vertex.getKey()).get(1);
        int input = builder.getNetworkInputs().indexOf(view);
        activations += further.activations(builder.getNetworkInputTypes().get(input));
      }
    }
    return activations;
  }

  /** How many views stand one after the other in the batch of each vertex; types do not tell. */
  private Map<String, Integer> stacked() {
    Map<String, Integer> stacked = new HashMap<>();
    builder.getNetworkInputs().forEach(input -> stacked.put(input, 1));
    // Each vertex was added behind those that it depends on.
    builder
        .getVertices()
        .forEach(
            (name, vertex) -> {
              IntStream inputs =
                  builder.getVertexInputs().get(name).stream().mapToInt(stacked::get);
              stacked.put(
                  name,
                  vertex instanceof StackVertex
                      ? inputs.sum()
                      : vertex instanceof FeatureMapTokens ? 1 : inputs.max().orElse(1));
            });
    return stacked;
  }

  private static long[] shape(InputType type, int batch) {
    long[] shape = type.getShape(true);
    shape[0] = batch;
    return shape;
  }
}
