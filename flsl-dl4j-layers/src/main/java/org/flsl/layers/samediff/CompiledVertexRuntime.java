package org.flsl.layers.samediff;

import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.deeplearning4j.nn.gradient.DefaultGradient;
import org.deeplearning4j.nn.gradient.Gradient;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.graph.vertex.GraphVertex;
import org.deeplearning4j.nn.graph.vertex.impl.FrozenVertex;
import org.deeplearning4j.nn.layers.FrozenLayer;
import org.deeplearning4j.nn.layers.samediff.SameDiffGraphVertex;
import org.deeplearning4j.nn.workspace.ArrayType;
import org.deeplearning4j.nn.workspace.LayerWorkspaceMgr;
import org.flsl.layers.kernels.KernelLibrary;
import org.nd4j.common.primitives.Pair;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/** Runs a {@link CompiledVertex} inside a ComputationGraph. */
final class CompiledVertexRuntime extends SameDiffGraphVertex implements BatchPart.Aware, Planned {
  private final CompiledVertex vertex;
  private final DataType type;
  private Computation computation;
  private KernelLibrary kernels = KernelLibrary.ofThisProcess().orElse(null);
  private BatchPart part = BatchPart.WHOLE;

  CompiledVertexRuntime(
      CompiledVertex vertex,
      ComputationGraph graph,
      String name,
      int index,
      INDArray paramsView,
      boolean initializeParams,
      DataType dataType) {
    super(vertex, graph, name, index, paramsView, initializeParams, dataType);
    this.vertex = vertex;
    this.type = dataType;
  }

  @Override
  public String toString() {
    return vertex.getClass().getSimpleName() + "(\"" + getVertexName() + "\")";
  }

  /** Computes with the kernels of this library from now on; null for ND4J's ops. */
  void use(KernelLibrary library) {
    if (vertex.followsPrecision() && library != kernels) {
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
  public INDArray doForward(boolean training, LayerWorkspaceMgr workspaces) {
    INDArray[] arrays = getInputs();
    // First, because it looks at how many inputs there are.
    Computation ready = computation();
    vertex.validateInput(arrays);
    long seed =
        graph.getConfiguration().getDefaultConfiguration().getSeed() * 31
            + getVertexName().hashCode();
    Feed.Step step =
        new Feed.Step(
            graph.getConfiguration().getIterationCount(),
            graph.getConfiguration().getEpochCount(),
            seed,
            part);
    return ready.forward(named(List.of(arrays)), differentiable(training), step, workspaces);
  }

  @Override
  public Plan plan(boolean training, List<long[]> inputs) {
    return computation().plan(named(inputs), differentiable(training));
  }

  private Computation computation() {
    if (computation == null) {
      // Once: what it is wired to stays.
      vertex.expectInputs(getInputVertices().length);
      computation = new Computation(type, paramTable, vertex::define, kernels);
    }
    return computation;
  }

  private <T> Map<String, T> named(List<T> inputs) {
    Map<String, T> named = new LinkedHashMap<>();
    for (int i = 0; i < inputs.size(); i++) {
      named.put(inputNames().get(i), inputs.get(i));
    }
    return named;
  }

  private Set<String> differentiable(boolean training) {
    return training && !isFrozen(getVertexIndex()) ? trainable() : null;
  }

  private List<String> inputNames() {
    return vertex.getVertexParams().getInputs();
  }

  /** The inputs whose gradient somebody uses. */
  private Set<String> trainable() {
    Set<String> names = new LinkedHashSet<>();
    for (int i = 0; i < getInputVertices().length; i++) {
      int from = getInputVertices()[i].getVertexIndex();
      if (!graph.getVertices()[from].isInputVertex() && !isFrozen(from)) {
        names.add(inputNames().get(i));
      }
    }
    return names;
  }

  private boolean isFrozen(int index) {
    GraphVertex other = graph.getVertices()[index];
    return other instanceof FrozenVertex
        || other.hasLayer() && other.getLayer() instanceof FrozenLayer;
  }

  @Override
  public Pair<Gradient, INDArray[]> doBackward(boolean tbptt, LayerWorkspaceMgr workspaces) {
    Set<String> trainable = trainable();
    Map<String, INDArray> inputGradients =
        computation.backward(
            getEpsilon(), gradTable == null ? Map.of() : gradTable, trainable, workspaces);
    Gradient gradient = new DefaultGradient();
    if (gradTable != null) {
      gradTable.forEach(gradient.gradientForVariable()::put);
    }
    List<String> names = inputNames();
    INDArray[] epsilons = new INDArray[names.size()];
    boolean behind = false;
    for (int i = names.size() - 1; i >= 0; i--) {
      epsilons[i] = inputGradients.get(names.get(i));
      // DL4J miscounts when null comes before another gradient, so only trailing ones may be null.
      if (epsilons[i] == null && behind) {
        epsilons[i] =
            workspaces.create(ArrayType.ACTIVATION_GRAD, type, getInputs()[i].shape(), 'c');
      }
      behind |= epsilons[i] != null;
    }
    return new Pair<>(gradient, epsilons);
  }

  @Override
  public void setBackpropGradientsViewArray(INDArray gradients) {
    super.setBackpropGradientsViewArray(gradients);
    this.gradients = gradients;
  }
}
