package org.flsl.training;

import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.conf.graph.FrozenVertex;
import org.deeplearning4j.nn.conf.graph.GraphVertex;
import org.deeplearning4j.nn.conf.graph.LayerVertex;
import org.deeplearning4j.nn.conf.layers.BaseLayer;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.conf.layers.misc.FrozenLayer;
import org.deeplearning4j.nn.conf.layers.samediff.AbstractSameDiffLayer;
import org.deeplearning4j.nn.conf.layers.samediff.SameDiffVertex;
import org.flsl.layers.BackboneGraph;
import org.flsl.schedules.ScaledSchedule;
import org.nd4j.linalg.learning.config.IUpdater;
import org.nd4j.linalg.schedule.ISchedule;

/**
 * How much each layer of a backbone that is trained already still learns: the first ones nothing,
 * or less than the last.
 *
 * <p>Use it on the configuration of a training, before the graph is made of it.
 *
 * <p>The vertices up to the first block belong to it, those from there to the second block to that,
 * and so on; the entrance of a Vision Transformer comes before all of them.
 */
public final class BackboneLearning {
  private final ComputationGraphConfiguration training;
  private final BackboneGraph backbone;
  private final int depth;

  /**
   * Changes how a backbone learns.
   *
   * @param training is changed
   * @param backbone the part of it that is trained already
   */
  public BackboneLearning(ComputationGraphConfiguration training, BackboneGraph backbone) {
    this.training = training;
    this.backbone = backbone;
    this.depth = backbone.blocks().size();
  }

  /**
   * Keeps the entrance and the first blocks as they are.
   *
   * @throws IllegalArgumentException if there are fewer
   */
  public void freeze(int number) {
    if (number > depth) {
      throw new IllegalArgumentException(
          "%d blocks of the network are to be frozen, and it has %d: freeze fewer"
              .formatted(number, depth));
    }
    Map<String, GraphVertex> vertices = training.getVertices();
    for (String name : backbone.upTo(number)) {
      GraphVertex vertex = vertices.get(name);
      if (vertex instanceof LayerVertex layer) {
        Layer frozen = new FrozenLayer(layer.getLayerConf().getLayer());
        // DL4J looks for the layer by this name when it reads the graph back.
        frozen.setLayerName(name);
        layer.getLayerConf().setLayer(frozen);
      } else {
        vertices.put(name, new FrozenVertex(vertex));
      }
    }
  }

  /** Multiplies the learning rate by {@code decay} once more for each block further down. */
  public void slowDown(ISchedule learningRate, double decay) {
    Set<String> done = new HashSet<>();
    for (int number = 0; number <= depth; number++) {
      double factor = Math.pow(decay, depth + 1 - number);
      IUpdater updater = new AdamW(new ScaledSchedule(learningRate, factor));
      for (String name : backbone.upTo(number)) {
        if (done.add(name)) {
          setUpdater(training.getVertices().get(name), updater);
        }
      }
    }
  }

  private static void setUpdater(GraphVertex vertex, IUpdater updater) {
    if (vertex instanceof SameDiffVertex own) {
      own.setUpdater(updater);
    } else if (vertex instanceof LayerVertex layer) {
      Layer own = layer.getLayerConf().getLayer();
      if (own instanceof AbstractSameDiffLayer ours) {
        ours.setUpdater(updater);
      } else if (own instanceof BaseLayer dl4js) {
        dl4js.setIUpdater(updater);
      }
    }
  }
}
