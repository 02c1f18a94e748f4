package org.flsl.layers.samediff;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import org.deeplearning4j.nn.workspace.ArrayType;
import org.deeplearning4j.nn.workspace.LayerWorkspaceMgr;
import org.flsl.layers.kernels.KernelLibrary;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.memory.MemoryWorkspace;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * Runs what a layer or vertex defines: compiles it when first used, plans it for each combination
 * of input shapes, and keeps the state between a forward pass and its backward pass.
 *
 * <p>Not thread-safe, like all layers of DL4J.
 */
final class Computation {
  private static final int PLANS = 4;

  private final DataType dataType;
  private final Map<String, INDArray> params;
  private final Function<Definition, SDVariable> definition;
  private final KernelLibrary kernels;
  private final Map<Object, Program> programs = new LinkedHashMap<>(PLANS, 0.75f, true);
  private final Map<Object, Plan> plans = new LinkedHashMap<>(PLANS, 0.75f, true);

  private final Slab kept = new Slab();
  private Plan pending;
  private Map<String, INDArray> pendingInputs;

  /**
   * Prepares to run a definition.
   *
   * @param params the parameters by name
   * @param definition writes the layer into a graph and returns its output
   */
  Computation(
      DataType dataType,
      Map<String, INDArray> params,
      Function<Definition, SDVariable> definition) {
    this(dataType, params, definition, KernelLibrary.ofThisProcess().orElse(null));
  }

  /**
   * Prepares to run a definition with the kernels of one library.
   *
   * @param kernels used for float32; null to run ND4J's ops
   */
  Computation(
      DataType dataType,
      Map<String, INDArray> params,
      Function<Definition, SDVariable> definition,
      KernelLibrary kernels) {
    this.dataType = dataType;
    this.params = params;
    this.definition = definition;
    this.kernels = dataType == DataType.FLOAT ? kernels : null;
  }

  /**
   * Computes the output.
   *
   * @param inputs the inputs by name
   * @param differentiable the inputs that a gradient may be asked for; null for inference
   * @param step where in training this is
   * @return the output, allocated as activations of {@code workspaces}
   */
  INDArray forward(
      Map<String, INDArray> inputs,
      Set<String> differentiable,
      Feed.Step step,
      LayerWorkspaceMgr workspaces) {
    return forward(differentiable != null, inputs, differentiable, step, workspaces);
  }

  /**
   * Computes once more what {@link #forward} did for inference, so that {@link #backward} may
   * follow: DL4J's frozen layers with backpropagation ask for the one after the other.
   */
  void repeatForBackward(
      Map<String, INDArray> inputs,
      Set<String> differentiable,
      Feed.Step step,
      LayerWorkspaceMgr workspaces) {
    forward(false, inputs, differentiable, step, workspaces);
  }

  private INDArray forward(
      boolean training,
      Map<String, INDArray> inputs,
      Set<String> differentiable,
      Feed.Step step,
      LayerWorkspaceMgr workspaces) {
    Plan plan;
    Map<String, INDArray> bound = new LinkedHashMap<>();
    try (MemoryWorkspace none = Nd4j.getWorkspaceManager().scopeOutOfWorkspaces()) {
      Map<String, long[]> shapes = shapes(inputs);
      Program program = program(training, shapes, differentiable);
      bound.putAll(fed(program, shapes, step));
      bound.putAll(params);
      bound.putAll(inputs);
      plan = plan(program, shapes(bound));
    }
    inputs.forEach((name, array) -> bound.put(name, plain(array, workspaces)));
    bound.forEach(plan::setInput);
    INDArray output =
        workspaces.createUninitialized(ArrayType.ACTIVATIONS, dataType, plan.outputShape(), 'c');
    plan.forward(output, kept, Slab.shared(workspaces, dataType));
    pending = differentiable != null ? plan : null;
    pendingInputs = differentiable != null ? inputs : null;
    return output;
  }

  /**
   * Plans ahead what {@link #forward} will run for inputs of these shapes, without running it.
   *
   * @param shapes shapes of the inputs by name
   * @param differentiable as in {@link #forward}
   */
  Plan plan(Map<String, long[]> shapes, Set<String> differentiable) {
    boolean training = differentiable != null;
    try (MemoryWorkspace none = Nd4j.getWorkspaceManager().scopeOutOfWorkspaces()) {
      Program program = program(training, shapes, differentiable);
      Map<String, long[]> externals =
          shapes(fed(program, shapes, new Feed.Step(0, 0, 0, BatchPart.WHOLE)));
      externals.putAll(shapes(params));
      externals.putAll(shapes);
      return plan(program, externals);
    }
  }

  /**
   * What it computes when it does not train.
   *
   * @param inputs shapes of the inputs by name, in their order
   */
  Inference inference(Map<String, long[]> inputs) {
    Plan plan = plan(inputs, null);
    return new Inference(program(false, inputs, null), plan, inputs.keySet(), params);
  }

  private Map<String, INDArray> fed(Program program, Map<String, long[]> inputs, Feed.Step step) {
    long batch = inputs.values().iterator().next()[0];
    Map<String, INDArray> fed = new LinkedHashMap<>();
    for (Feed feed : program.feeds()) {
      fed.put(feed.name(), feed.value(step, batch, dataType));
    }
    return fed;
  }

  private static Map<String, long[]> shapes(Map<String, INDArray> arrays) {
    Map<String, long[]> shapes = new LinkedHashMap<>();
    arrays.forEach((name, array) -> shapes.put(name, array.shape()));
    return shapes;
  }

  /** True if a forward pass for training is waiting for its backward pass. */
  boolean isPending() {
    return pending != null;
  }

  /**
   * Computes the gradients of the last training forward pass.
   *
   * @param outputGradient gradient of the loss with respect to the output
   * @param paramGradients receives the gradients of the parameters, by name
   * @return the gradients of the differentiable inputs, allocated as activation gradients of {@code
   *     workspaces}; an input that does not influence the output gets zeros
   */
  Map<String, INDArray> backward(
      INDArray outputGradient,
      Map<String, INDArray> paramGradients,
      Set<String> differentiable,
      LayerWorkspaceMgr workspaces) {
    if (pending == null) {
      throw new IllegalStateException(
          "Backward pass without a forward pass: run the forward pass with training = true first");
    }
    Map<String, INDArray> bound = new LinkedHashMap<>();
    paramGradients.forEach((name, array) -> bindGradient(name, array, bound));
    Map<String, INDArray> inputGradients = new LinkedHashMap<>();
    for (String name : differentiable) {
      INDArray gradient =
          workspaces.createUninitialized(
              ArrayType.ACTIVATION_GRAD, dataType, pendingInputs.get(name).shape(), 'c');
      bindGradient(name, gradient, bound);
      inputGradients.put(name, gradient);
    }
    pending.backward(plain(outputGradient, workspaces), bound, Slab.shared(workspaces, dataType));
    pending = null;
    pendingInputs = null;
    return inputGradients;
  }

  private void bindGradient(String name, INDArray gradient, Map<String, INDArray> bound) {
    if (pending.hasGradient(name)) {
      bound.put(name, gradient);
    } else {
      gradient.assign(0);
    }
  }

  /** Ops need this data type, and views of an array its elements in C order without gaps. */
  private INDArray plain(INDArray array, LayerWorkspaceMgr workspaces) {
    if (array.dataType() != dataType) {
      return workspaces
          .createUninitialized(ArrayType.ACTIVATIONS, dataType, array.shape(), 'c')
          .assign(array);
    }
    boolean rowMajor =
        array.ordering() == 'c'
            && Arrays.equals(array.stride(), Nd4j.getStrides(array.shape(), 'c'));
    return rowMajor ? array : workspaces.dup(ArrayType.ACTIVATIONS, array, 'c');
  }

  private Program program(
      boolean training, Map<String, long[]> inputs, Set<String> differentiable) {
    // A definition knows every dimension of its inputs but the batch size.
    List<Object> key = new ArrayList<>();
    key.add(training);
    key.add(differentiable != null);
    inputs.forEach(
        (name, shape) -> key.add(Arrays.toString(Arrays.copyOfRange(shape, 1, shape.length))));
    Program program = programs.get(key);
    if (program == null) {
      Definition d = new Definition(dataType, training);
      inputs.forEach(d::addInput);
      params.forEach((name, array) -> d.addParam(name, array.shape()));
      SDVariable output = definition.apply(d);
      List<String> withRespectTo = new ArrayList<>();
      if (differentiable != null) {
        withRespectTo.addAll(differentiable);
        withRespectTo.addAll(params.keySet());
      }
      program = new Program(d, output, withRespectTo, kernels != null);
      keepRecent(programs, key, program);
    }
    return program;
  }

  private static <T> void keepRecent(Map<Object, T> cache, Object key, T value) {
    cache.put(key, value);
    if (cache.size() > PLANS) {
      cache.remove(cache.keySet().iterator().next());
    }
  }

  private Plan plan(Program program, Map<String, long[]> externals) {
    List<Object> key = new ArrayList<>();
    key.add(program);
    externals.values().forEach(shape -> key.add(Arrays.toString(shape)));
    Plan plan = plans.get(key);
    if (plan == null) {
      plan = new Plan(program, dataType, kernels, externals);
      keepRecent(plans, key, plan);
    }
    return plan;
  }
}
