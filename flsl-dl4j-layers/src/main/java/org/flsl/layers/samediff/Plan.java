package org.flsl.layers.samediff;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.flsl.layers.kernels.Kernel;
import org.flsl.layers.kernels.KernelLibrary;
import org.flsl.layers.kernels.Operation;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.api.ops.BaseReduceOp;
import org.nd4j.linalg.api.ops.OpContext;
import org.nd4j.linalg.api.ops.impl.shape.Shape;
import org.nd4j.linalg.api.shape.LongShapeDescriptor;
import org.nd4j.linalg.factory.Nd4j;

/**
 * A {@link Program} with every array placed, for one combination of input shapes.
 *
 * <p>Arrays live in three places. What the backward pass needs again is packed into the <i>kept</i>
 * {@link Slab}; what only one pass needs goes to the <i>scratch</i> slab, two arrays to the same
 * address when they are never alive together; inputs, parameters, outputs and gradients are bound
 * from outside. As long as a slab stays where it is, nothing in it has to be bound again.
 */
final class Plan {
  private static final long ALIGNMENT = 64;

  /** A place of an op that takes an array, reshaped unless the shape is null. */
  private record Use(Kernel kernel, int index, boolean isOutput, long[] shape) {
    void bind(INDArray array) {
      INDArray shaped = shape == null ? array : array.reshape('c', shape);
      if (isOutput) {
        kernel.bindOutput(index, shaped);
      } else {
        kernel.bindInput(index, shaped);
      }
    }
  }

  /** What runs for a step: the step's own op, another one, or a kernel. */
  private record Call(Kernel kernel, List<String> inputs, List<String> outputs) {}

  /** The arrays that live in one slab, with their first elements. */
  private static final class Placement {
    final Map<String, Long> offsets = new LinkedHashMap<>();
    long elements;
    INDArray memory;
  }

  private final Program program;
  private final DataType dataType;
  private final KernelLibrary kernels;
  private final Map<String, long[]> shapes = new HashMap<>();
  private final Map<String, INDArray> arrays = new HashMap<>();
  private final Map<String, List<Use>> uses = new HashMap<>();
  private final Map<String, List<String>> views = new HashMap<>();
  private final List<Call> forward = new ArrayList<>();
  private final List<Call> backward = new ArrayList<>();

  /** Owner of the memory that a bound output writes into, by the output's name. */
  private final Map<String, String> boundOutputs = new LinkedHashMap<>();

  /** Values that have to be copied into a bound output, since they live elsewhere. */
  private final Map<String, String> copiedOutputs = new LinkedHashMap<>();

  private final Placement kept = new Placement();
  private final Placement forwardScratch = new Placement();
  private final Placement backwardScratch = new Placement();

  /**
   * Places all arrays of {@code program}.
   *
   * @param kernels where the program's kernels come from; null if it has none
   * @param externals shapes of all placeholders but the output gradient
   */
  Plan(Program program, DataType dataType, KernelLibrary kernels, Map<String, long[]> externals) {
    this.program = program;
    this.dataType = dataType;
    this.kernels = kernels;
    shapes.putAll(externals);
    Slab standIns = new Slab();
    inferShapes(program.forward(), forward, standIns);
    shapes.put(Program.OUTPUT_GRADIENT, shapes.get(program.output()));
    inferShapes(program.backward(), backward, standIns);
    standIns.release();
    List.copyOf(arrays.keySet()).forEach(constant -> bindViews(constant, arrays.get(constant)));
    bindOutputs();
    place();
  }

  // ---- building -------------------------------------------------------------------------------

  private void inferShapes(List<Program.Step> steps, List<Call> calls, Slab standIns) {
    for (Program.Step step : steps) {
      for (String input : step.inputs()) {
        INDArray constant = program.constant(input);
        if (constant != null && !shapes.containsKey(input)) {
          shapes.put(input, constant.shape());
          arrays.put(input, constant);
        }
      }
      if (step instanceof Program.KernelStep kernel) {
        setShapes(step, kernel.operation().outputShapes(shapesOf(step.inputs())));
        calls.add(call(kernel.operation(), step.inputs(), step.outputs()));
      } else {
        inferShapes((Program.OpStep) step, calls, standIns);
      }
    }
  }

  private void inferShapes(Program.OpStep step, List<Call> calls, Slab standIns) {
    OpKernel kernel = OpKernel.of(step.op());
    // All inputs stand in the same memory, which must not move while they are collected.
    step.inputs().forEach(input -> standIns.atLeast(elements(shapes.get(input)), dataType));
    for (int i = 0; i < step.inputs().size(); i++) {
      String input = step.inputs().get(i);
      INDArray known = arrays.get(input);
      kernel.bindInput(i, known == null ? standIn(input, standIns) : known);
    }
    setShapes(step, outputShapes(step, kernel.context()));
    String output = step.outputs().get(0);
    if (step.op() instanceof Shape) {
      // Depends on shapes only, and later shapes depend on it: a constant of this plan.
      INDArray shape = Nd4j.createFromArray(kernel.context().getInputArray(0).shape());
      arrays.put(output, shape.castTo(program.dataType(output)));
      return;
    }
    kernel.unbind();
    if (program.isView(output)) {
      views.computeIfAbsent(program.ownerOf(output), k -> new ArrayList<>()).add(output);
    } else {
      calls.add(call(step, kernel));
    }
  }

  private List<long[]> shapesOf(List<String> names) {
    return names.stream().map(shapes::get).toList();
  }

  private void setShapes(Program.Step step, List<long[]> outputs) {
    if (outputs.size() != step.outputs().size()) {
      throw new IllegalStateException(
          String.format("%s gave %d output shapes", step, outputs.size()));
    }
    for (int i = 0; i < outputs.size(); i++) {
      shapes.put(step.outputs().get(i), outputs.get(i));
    }
  }

  /** An array of the right type and shape, whose values nobody looks at. */
  private INDArray standIn(String name, Slab memory) {
    long[] shape = shapes.get(name);
    if (program.dataType(name) != dataType) {
      return Nd4j.createUninitializedDetached(program.dataType(name), 'c', shape);
    }
    return view(memory.atLeast(elements(shape), dataType), 0, name);
  }

  private static long elements(long[] shape) {
    return Math.max(1, Arrays.stream(shape).reduce(1, Math::multiplyExact));
  }

  private static List<long[]> outputShapes(Program.OpStep step, OpContext context) {
    if (step.op() instanceof BaseReduceOp reduce && reduce.getDimensions() != null) {
      // ND4J takes a negative axis of these ops literally and reduces along the wrong one.
      int rank = context.getInputArray(0).rank();
      reduce.setDimensions(
          org.nd4j.linalg.api.shape.Shape.normalizeAxis(rank, reduce.getDimensions()));
    }
    return step.op().calculateOutputShape(context).stream()
        .map(LongShapeDescriptor::getShape)
        .toList();
  }

  private Call call(Program.OpStep step, OpKernel own) {
    List<long[]> inputs = shapesOf(step.inputs());
    MatrixSums sums = inputs.isEmpty() ? null : MatrixSums.of(step, inputs.get(0), dataType);
    if (sums != null) {
      return call(step, sums);
    }
    Operation operation = kernels == null ? null : SingleOps.operation(step.op(), inputs);
    if (operation != null) {
      return call(operation, step.inputs(), step.outputs());
    }
    bindLater(own, step.inputs(), step.outputs());
    return new Call(own, step.inputs(), step.outputs());
  }

  private Call call(Operation operation, List<String> inputs, List<String> outputs) {
    Kernel kernel = kernels.kernel(operation, shapesOf(inputs));
    List<String> written = new ArrayList<>(outputs);
    if (kernel.scratch() > 0) {
      String name = outputs.get(0) + "#scratch";
      shapes.put(name, new long[] {kernel.scratch()});
      written.add(name);
    }
    bindLater(kernel, inputs, written);
    return new Call(kernel, inputs, written);
  }

  private Call call(Program.OpStep step, MatrixSums sums) {
    Kernel kernel =
        kernels == null
            ? OpKernel.of(MatrixSums.product())
            : kernels.kernel(new Operation.Product(false, false), sums.factors());
    kernel.bindInput(sums.vectorFirst() ? 0 : 1, sums.vector());
    addUse(step.inputs().get(0), new Use(kernel, sums.vectorFirst() ? 1 : 0, false, sums.matrix()));
    addUse(step.outputs().get(0), new Use(kernel, 0, true, sums.result()));
    return new Call(kernel, step.inputs(), step.outputs());
  }

  private void bindLater(Kernel kernel, List<String> inputs, List<String> outputs) {
    for (int i = 0; i < inputs.size(); i++) {
      addUse(inputs.get(i), new Use(kernel, i, false, null));
    }
    for (int i = 0; i < outputs.size(); i++) {
      addUse(outputs.get(i), new Use(kernel, i, true, null));
    }
  }

  private void addUse(String name, Use use) {
    uses.computeIfAbsent(name, k -> new ArrayList<>()).add(use);
    INDArray constant = arrays.get(name);
    if (constant != null) {
      use.bind(constant);
    }
  }

  /** Lets outputs and gradients be written where DL4J wants them, without a copy if possible. */
  private void bindOutputs() {
    Set<String> taken = new HashSet<>();
    List<String> outputs = new ArrayList<>();
    outputs.add(program.output());
    program.gradients().keySet().forEach(name -> outputs.add(program.gradients().get(name)));
    for (String name : outputs) {
      String owner = program.ownerOf(name);
      boolean computed = !program.isPlaceholder(owner) && program.constant(owner) == null;
      if (computed && taken.add(owner)) {
        boundOutputs.put(name, owner);
      } else {
        copiedOutputs.put(name, name);
      }
    }
  }

  private void place() {
    Map<String, Integer> firstUse = new LinkedHashMap<>();
    Map<String, Integer> lastUse = new HashMap<>();
    int time = 0;
    for (List<Call> calls : List.of(forward, backward)) {
      for (Call call : calls) {
        for (String output : call.outputs()) {
          firstUse.putIfAbsent(output, time);
          lastUse.put(output, time);
        }
        for (String input : call.inputs()) {
          lastUse.put(program.ownerOf(input), time);
        }
        time++;
      }
    }
    copiedOutputs.keySet().forEach(name -> lastUse.put(program.ownerOf(name), Integer.MAX_VALUE));
    Set<String> bound = new HashSet<>(boundOutputs.values());
    Packing forwardPacking = new Packing();
    Packing backwardPacking = new Packing();
    for (String name : firstUse.keySet()) {
      if (bound.contains(name)) {
        continue;
      }
      long[] shape = shapes.get(name);
      if (program.isVariable(name) && program.dataType(name) != dataType) {
        setArray(name, Nd4j.createUninitializedDetached(program.dataType(name), 'c', shape));
        continue;
      }
      long size = roundUp(elements(shape));
      int from = firstUse.get(name);
      int to = lastUse.get(name);
      if (from >= forward.size()) {
        backwardScratch.offsets.put(name, backwardPacking.place(size, from, to));
      } else if (to >= forward.size()) {
        kept.offsets.put(name, kept.elements);
        kept.elements += size;
      } else {
        forwardScratch.offsets.put(name, forwardPacking.place(size, from, to));
      }
    }
    forwardScratch.elements = forwardPacking.size();
    backwardScratch.elements = backwardPacking.size();
  }

  private long roundUp(long elements) {
    long unit = ALIGNMENT / dataType.width();
    return (elements + unit - 1) / unit * unit;
  }

  /** Elements that stay until the backward pass. */
  long keptElements() {
    return kept.elements;
  }

  /** Elements that one pass works in. */
  long scratchElements() {
    return Math.max(forwardScratch.elements, backwardScratch.elements);
  }

  // ---- running --------------------------------------------------------------------------------

  long[] outputShape() {
    return shape(program.output());
  }

  /** The shape of a value. */
  long[] shape(String name) {
    return shapes.get(name);
  }

  /** Makes {@code array} the value of placeholder {@code name}. */
  void setInput(String name, INDArray array) {
    setArray(name, array);
  }

  /** True if gradient {@code name} of an input or parameter exists. */
  boolean hasGradient(String name) {
    return program.gradients().containsKey(name);
  }

  /**
   * Runs the forward ops.
   *
   * @param output receives the result, in C order
   */
  void forward(INDArray output, Slab keptSlab, Slab scratch) {
    occupy(kept, keptSlab);
    occupy(forwardScratch, scratch);
    bindOutput(program.output(), output);
    run(forward);
    finish(program.output(), output);
  }

  /**
   * Runs the backward ops; {@link #forward} has run, and its kept memory is untouched.
   *
   * @param gradients receives the gradient of each input or parameter, in C order
   */
  void backward(INDArray outputGradient, Map<String, INDArray> gradients, Slab scratch) {
    setArray(Program.OUTPUT_GRADIENT, outputGradient);
    occupy(backwardScratch, scratch);
    gradients.forEach((name, array) -> bindOutput(program.gradients().get(name), array));
    run(backward);
    gradients.forEach((name, array) -> finish(program.gradients().get(name), array));
  }

  private void run(List<Call> calls) {
    for (Call call : calls) {
      call.kernel().run();
    }
  }

  private void bindOutput(String name, INDArray array) {
    String owner = boundOutputs.get(name);
    if (owner != null) {
      setArray(owner, array.reshape('c', shapes.get(owner)));
    }
  }

  private void finish(String name, INDArray array) {
    if (copiedOutputs.containsKey(name)) {
      array.assign(arrays.get(name));
    }
  }

  private void occupy(Placement placement, Slab slab) {
    if (placement.elements == 0) {
      return;
    }
    INDArray memory = slab.atLeast(placement.elements, dataType);
    if (placement.memory != memory) {
      placement.memory = memory;
      placement.offsets.forEach((name, offset) -> setArray(name, view(memory, offset, name)));
    }
  }

  private INDArray view(INDArray slab, long offset, String name) {
    long[] shape = shapes.get(name);
    return Nd4j.create(slab.data(), shape, Nd4j.getStrides(shape, 'c'), offset, 'c');
  }

  private void setArray(String name, INDArray array) {
    if (arrays.get(name) == array) {
      return;
    }
    arrays.put(name, array);
    uses.getOrDefault(name, List.of()).forEach(use -> use.bind(array));
    bindViews(name, array);
  }

  private void bindViews(String name, INDArray array) {
    for (String view : views.getOrDefault(name, List.of())) {
      setArray(view, array.reshape('c', shapes.get(view)));
    }
  }
}
