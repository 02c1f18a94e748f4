package org.flsl.layers.samediff;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.gradient.DefaultGradient;
import org.deeplearning4j.nn.gradient.Gradient;
import org.deeplearning4j.nn.layers.samediff.SameDiffOutputLayer;
import org.deeplearning4j.nn.workspace.ArrayType;
import org.deeplearning4j.nn.workspace.LayerWorkspaceMgr;
import org.nd4j.common.primitives.Pair;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** Runs a {@link CompiledLossLayer} inside a DL4J network. */
final class CompiledLossRuntime extends SameDiffOutputLayer {
  private static final Set<String> INPUT = Set.of(CompiledLossLayer.INPUT);

  private Computation computation;

  CompiledLossRuntime(NeuralNetConfiguration conf, DataType dataType) {
    super(conf, dataType);
  }

  private CompiledLossLayer compiledConf() {
    return (CompiledLossLayer) conf.getLayer();
  }

  @Override
  public INDArray activate(boolean training, LayerWorkspaceMgr workspaces) {
    assertInputSet(false);
    return workspaces.leverageTo(ArrayType.ACTIVATIONS, input);
  }

  private INDArray loss(boolean training, LayerWorkspaceMgr workspaces) {
    if (computation == null) {
      computation =
          new Computation(
              dataType,
              Map.of(),
              definition ->
                  compiledConf()
                      .define(definition, definition.inputs().get(CompiledLossLayer.INPUT)));
    }
    Feed.Step step =
        new Feed.Step(getIterationCount(), getEpochCount(), conf.getSeed(), BatchPart.WHOLE);
    return computation.forward(inputs(), training ? INPUT : null, step, workspaces);
  }

  private Map<String, INDArray> inputs() {
    Map<String, INDArray> inputs = new LinkedHashMap<>();
    inputs.put(CompiledLossLayer.INPUT, input);
    if (compiledConf().labelsRequired()) {
      if (labels == null) {
        throw new IllegalStateException(
            compiledConf().name() + " needs labels: set them, or ask for the output only");
      }
      compiledConf().validateLabels(input, labels);
      inputs.put(CompiledLossLayer.LABELS, labels);
    }
    return inputs;
  }

  @Override
  public Pair<Gradient, INDArray> backpropGradient(INDArray epsilon, LayerWorkspaceMgr workspaces) {
    assertInputSet(true);
    INDArray loss = loss(true, workspaces);
    INDArray one = Nd4j.ones(dataType, loss.shape());
    INDArray inputGradient =
        computation.backward(one, Map.of(), INPUT, workspaces).get(CompiledLossLayer.INPUT);
    return new Pair<>(new DefaultGradient(), inputGradient);
  }

  /** The loss itself, which is a mean already, plus the regularisation terms. */
  @Override
  public double computeScore(
      double regularisation, boolean training, LayerWorkspaceMgr workspaces) {
    return loss(false, workspaces).getDouble(0) + regularisation;
  }
}
