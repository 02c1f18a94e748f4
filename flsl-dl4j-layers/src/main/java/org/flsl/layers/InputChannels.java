package org.flsl.layers;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashSet;
import java.util.Set;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.conf.graph.FrozenVertex;
import org.deeplearning4j.nn.conf.graph.GraphVertex;
import org.deeplearning4j.nn.conf.graph.LayerVertex;
import org.deeplearning4j.nn.conf.layers.FeedForwardLayer;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.conf.layers.misc.FrozenLayer;
import org.deeplearning4j.nn.conf.layers.misc.FrozenLayerWithBackprop;
import org.flsl.layers.vit.PatchEmbedding;

/**
 * How many channels the images of a network have: 3 for colours, 1 for grey, any number for others.
 *
 * <p>DL4J keeps no type of a graph's input. What tells is the first layer with weights.
 */
public final class InputChannels {
  private InputChannels() {}

  /**
   * The channels of a network with a single input.
   *
   * @throws IllegalArgumentException if no layer tells
   */
  public static int of(ComputationGraphConfiguration network) {
    String input = network.getNetworkInputs().get(0);
    Deque<String> open = new ArrayDeque<>(Set.of(input));
    Set<String> seen = new HashSet<>();
    while (!open.isEmpty()) {
      String source = open.pop();
      for (var vertex : network.getVertexInputs().entrySet()) {
        if (!vertex.getValue().contains(source) || !seen.add(vertex.getKey())) {
          continue;
        }
        long channels = channels(network.getVertices().get(vertex.getKey()));
        if (channels > 0) {
          return Math.toIntExact(channels);
        }
        open.add(vertex.getKey());
      }
    }
    throw new IllegalArgumentException(
        "The network does not tell how many channels its input \"" + input + "\" has");
  }

  /** The channels that a vertex takes; 0 where it takes any. */
  private static long channels(GraphVertex vertex) {
    if (vertex instanceof FrozenVertex frozen) {
      return channels(frozen.getUnderlying());
    }
    if (vertex instanceof PatchEmbedding patches) {
      return patches.channels();
    }
    return vertex instanceof LayerVertex layer ? channels(layer.getLayerConf().getLayer()) : 0;
  }

  private static long channels(Layer layer) {
    if (layer instanceof FrozenLayer frozen) {
      return channels(frozen.getLayer());
    }
    if (layer instanceof FrozenLayerWithBackprop frozen) {
      return channels(frozen.getUnderlying());
    }
    return layer instanceof FeedForwardLayer weights ? weights.getNIn() : 0;
  }
}
