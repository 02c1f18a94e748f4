package org.flsl.scale.spark;

import org.deeplearning4j.nn.graph.ComputationGraph;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * The state of a training as one row of numbers: the parameters of student and teacher, the centre,
 * and the updater's moments.
 */
final class State {
  private State() {}

  static float[] of(ComputationGraph graph) {
    float[] parameters = graph.params().data().asFloat();
    float[] moments = moments(graph).data().asFloat();
    float[] all = new float[parameters.length + moments.length];
    System.arraycopy(parameters, 0, all, 0, parameters.length);
    System.arraycopy(moments, 0, all, parameters.length, moments.length);
    return all;
  }

  static void put(float[] state, ComputationGraph graph) {
    int parameters = (int) graph.params().length();
    assign(graph.params(), state, 0, parameters);
    assign(moments(graph), state, parameters, state.length - parameters);
  }

  private static void assign(INDArray array, float[] state, int from, int length) {
    float[] part = new float[length];
    System.arraycopy(state, from, part, 0, length);
    array.assign(Nd4j.createFromArray(part).reshape(array.shape()));
  }

  private static INDArray moments(ComputationGraph graph) {
    return graph.getUpdater(true).getUpdaterStateViewArray();
  }
}
