package org.flsl.layers.samediff;

import java.util.List;
import java.util.Map;
import java.util.Set;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.gradient.DefaultGradient;
import org.deeplearning4j.nn.gradient.Gradient;
import org.deeplearning4j.nn.layers.samediff.SameDiffLayer;
import org.deeplearning4j.nn.workspace.LayerWorkspaceMgr;
import org.flsl.layers.kernels.KernelLibrary;
import org.nd4j.common.primitives.Pair;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/** Runs a {@link CompiledLayer} inside a DL4J network. */
final class CompiledLayerRuntime extends SameDiffLayer implements BatchPart.Aware, Planned {
  private static final Set<String> INPUT = Set.of(CompiledLayer.INPUT);

  private KernelLibrary kernels = KernelLibrary.ofThisProcess().orElse(null);
  private Computation computation;
  private BatchPart part = BatchPart.WHOLE;

  CompiledLayerRuntime(NeuralNetConfiguration conf, DataType dataType) {
    super(conf, dataType);
  }

  private CompiledLayer compiledConf() {
    return (CompiledLayer) conf.getLayer();
  }

  /** Computes with the kernels of this library from now on; null for ND4J's ops. */
  void use(KernelLibrary library) {
    if (compiledConf().followsPrecision() && library != kernels) {
      kernels = library;
      computation = null;
    }
  }

  @Override
  public void part(BatchPart announced) {
    part = announced;
  }

  @Override
  public BatchPart part() {
    return part;
  }

  @Override
  public INDArray activate(boolean training, LayerWorkspaceMgr workspaces) {
    assertInputSet(false);
    compiledConf().validateInput(input);
    return computation()
        .forward(
            Map.of(CompiledLayer.INPUT, input),
            training ? differentiable() : null,
            step(),
            workspaces);
  }

  @Override
  public Plan plan(boolean training, List<long[]> inputs) {
    return computation()
        .plan(Map.of(CompiledLayer.INPUT, inputs.get(0)), training ? differentiable() : null);
  }

  private Set<String> differentiable() {
    return compiledConf().needsInputGradient() ? INPUT : Set.of();
  }

  private Computation computation() {
    if (computation == null) {
      computation =
          new Computation(
              dataType,
              paramTable,
              definition ->
                  compiledConf().define(definition, definition.inputs().get(CompiledLayer.INPUT)),
              kernels);
    }
    return computation;
  }

  private Feed.Step step() {
    long seed = conf.getSeed() * 31 + compiledConf().getLayerName().hashCode();
    return new Feed.Step(getIterationCount(), getEpochCount(), seed, part);
  }

  @Override
  public Pair<Gradient, INDArray> backpropGradient(INDArray epsilon, LayerWorkspaceMgr workspaces) {
    assertInputSet(true);
    // DL4J gives no table to a layer without parameters.
    Map<String, INDArray> gradients = gradTable == null ? Map.of() : gradTable;
    if (!computation.isPending()) {
      computation.repeatForBackward(
          Map.of(CompiledLayer.INPUT, input), differentiable(), step(), workspaces);
    }
    INDArray inputGradient =
        computation
            .backward(epsilon, gradients, differentiable(), workspaces)
            .get(CompiledLayer.INPUT);
    Gradient gradient = new DefaultGradient();
    gradients.forEach(gradient.gradientForVariable()::put);
    return new Pair<>(gradient, inputGradient);
  }

  @Override
  public void setParam(String key, INDArray value) {
    super.setParam(key, value);
    paramTable.get(key).assign(value);
  }
}
