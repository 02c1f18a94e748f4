package org.flsl.layers.samediff;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Function;
import org.deeplearning4j.nn.workspace.LayerWorkspaceMgr;
import org.flsl.layers.TinyGraph;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/** Runs a piece of a layer alone, and compares its gradients with central differences. */
final class FunctionGradients {
  private static final double STEP = 1e-5;

  private final Computation computation;
  private final LayerWorkspaceMgr workspaces = LayerWorkspaceMgr.noWorkspaces(new HashMap<>());
  private final Map<String, INDArray> inputs;

  private FunctionGradients(
      Function<Definition, SDVariable> function, Map<String, INDArray> inputs) {
    this.computation = new Computation(DataType.DOUBLE, Map.of(), function);
    this.inputs = new LinkedHashMap<>(inputs);
  }

  /** The value of {@code function}. */
  static INDArray value(Function<Definition, SDVariable> function, Map<String, INDArray> inputs) {
    return new FunctionGradients(function, inputs).forward(false);
  }

  /** The gradients of {@code sum(mix * function)} with a fixed random mix. */
  static Map<String, INDArray> gradients(
      Function<Definition, SDVariable> function, Map<String, INDArray> inputs) {
    return new FunctionGradients(function, inputs).gradients();
  }

  private INDArray forward(boolean training) {
    Feed.Step step = new Feed.Step(0, 0, 1, BatchPart.WHOLE);
    return computation.forward(inputs, training ? inputs.keySet() : null, step, workspaces);
  }

  private Map<String, INDArray> gradients() {
    INDArray mix = TinyGraph.random(9, forward(true).shape());
    return computation.backward(mix, Map.of(), inputs.keySet(), workspaces);
  }

  /** Checks the gradient of every element of every input. */
  static void check(Function<Definition, SDVariable> function, Map<String, INDArray> inputs) {
    FunctionGradients f = new FunctionGradients(function, inputs);
    INDArray mix = TinyGraph.random(9, f.forward(true).shape());
    Map<String, INDArray> gradients = f.gradients();
    double largest = 0;
    for (Map.Entry<String, INDArray> input : f.inputs.entrySet()) {
      INDArray x = input.getValue();
      for (long i = 0; i < x.length(); i++) {
        double original = x.getDouble(i);
        x.putScalar(i, original + STEP);
        double plus = f.forward(false).mul(mix).sumNumber().doubleValue();
        x.putScalar(i, original - STEP);
        double minus = f.forward(false).mul(mix).sumNumber().doubleValue();
        x.putScalar(i, original);
        double expected = (plus - minus) / (2 * STEP);
        double actual = gradients.get(input.getKey()).getDouble(i);
        largest = Math.max(largest, Math.abs(expected));
        assertEquals(
            expected, actual, 1e-8 + 1e-6 * Math.abs(expected), input.getKey() + "[" + i + "]");
      }
    }
    assertTrue(largest > 1e-3, "all gradients vanish: the check is void");
  }
}
