package org.flsl.examples.pictures;

import java.util.Map;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration.GraphBuilder;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.graph.GraphVertex;
import org.deeplearning4j.nn.conf.graph.LayerVertex;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.conf.layers.misc.FrozenLayer;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.flsl.layers.ParameterCopy;
import org.flsl.layers.TokenTypes;
import org.flsl.training.FlslGraph;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * The clusters that FLSL itself has learned: the teacher's head and its prototypes, out of a
 * training.
 *
 * <p>It assigns modes, as in training, or plain tokens to their likeliest centroid.
 */
public final class ModelCentroids {
  private static final String INPUT = "modes";
  private static final String[] LAYERS = {
    FlslGraph.MODE_NORM, FlslGraph.HEAD, FlslGraph.PROTOTYPES
  };

  private final ComputationGraph graph;

  private ModelCentroids(ComputationGraph graph) {
    this.graph = graph;
  }

  /**
   * Takes the teacher's side out of a training.
   *
   * @param training a graph of {@link FlslGraph}, for example a restored checkpoint
   * @param width of the tokens
   */
  public static ModelCentroids of(ComputationGraph training, int width) {
    Map<String, GraphVertex> vertices = training.getConfiguration().getVertices();
    GraphBuilder builder =
        new NeuralNetConfiguration.Builder()
            .dataType(training.params().dataType())
            .graphBuilder()
            .addInputs(INPUT);
    String last = INPUT;
    for (String name : LAYERS) {
      if (vertices.get(FlslGraph.TEACHER + name) instanceof LayerVertex vertex) {
        builder.addLayer(name, thawed(vertex.getLayerConf().getLayer()).clone(), last);
        last = name;
      }
    }
    builder.setOutputs(last).setInputTypes(TokenTypes.sequence(width, 1));
    ComputationGraph graph = new ComputationGraph(builder.build());
    graph.init();
    for (var vertex : graph.getVertices()) {
      if (vertex.numParams() > 0) {
        String teacher = FlslGraph.TEACHER + vertex.getVertexName();
        ParameterCopy.copy(training.getVertex(teacher), vertex);
      }
    }
    return new ModelCentroids(graph);
  }

  private static Layer thawed(Layer layer) {
    return layer instanceof FrozenLayer frozen ? frozen.getLayer() : layer;
  }

  /**
   * The likeliest centroid of each mode.
   *
   * @param modes {@code [N, width]}
   */
  public int[] likeliest(INDArray modes) {
    INDArray logits = graph.outputSingle(modes.reshape('c', 1, modes.size(0), modes.size(1)));
    return logits.argMax(2).toIntVector();
  }
}
