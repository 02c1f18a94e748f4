package org.flsl.layers.samediff;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.flsl.layers.kernels.Operation;
import org.nd4j.autodiff.functions.DifferentialFunction;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;
import org.nd4j.autodiff.samediff.internal.SameDiffOp;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.api.ops.impl.shape.Reshape;
import org.nd4j.linalg.api.ops.impl.transforms.same.Identity;

/**
 * A layer's computation as two straight lists of ops: forward, and the backward that continues it.
 *
 * <p>DL4J runs a SameDiff layer through an interpreter that computes the forward pass a second time
 * inside the backward pass. A program runs each op once: what the backward pass needs is kept.
 * Reshapes cost nothing, they are other views of the same memory. For each combination of input
 * shapes a {@link Plan} fixes where every array lives.
 */
final class Program {

  /** Name of the placeholder that receives the gradient with respect to the output. */
  static final String OUTPUT_GRADIENT = "outputGradient";

  /** One thing to compute; inputs and outputs are names of variables. */
  sealed interface Step {
    List<String> inputs();

    List<String> outputs();

    /** The same from and to other variables. */
    Step of(List<String> inputs, List<String> outputs);
  }

  /** An op of ND4J. */
  record OpStep(DifferentialFunction op, List<String> inputs, List<String> outputs)
      implements Step {
    @Override
    public Step of(List<String> inputs, List<String> outputs) {
      return new OpStep(op, inputs, outputs);
    }
  }

  /** What a kernel computes in place of several ops. */
  record KernelStep(Operation operation, List<String> inputs, List<String> outputs)
      implements Step {
    @Override
    public Step of(List<String> inputs, List<String> outputs) {
      return new KernelStep(operation, inputs, outputs);
    }
  }

  private final SameDiff sameDiff;
  private final List<Feed> feeds;
  private final Map<String, Definition.Group> groups;
  private final String output;
  private final Map<String, String> gradients = new LinkedHashMap<>();
  private final List<Step> forward = new ArrayList<>();
  private List<Step> backward = new ArrayList<>();
  private final Set<Definition.Group> grouped = new HashSet<>();

  /** Variables that are views of another one's memory, with the variable that owns it. */
  private final Map<String, String> owner = new LinkedHashMap<>();

  /**
   * Compiles a definition.
   *
   * @param output the layer's output, defined in {@code definition}
   * @param withRespectTo names of the inputs and parameters whose gradients are wanted; empty for
   *     inference
   * @param kernels whether kernels take the place of the groups of ops that have one
   */
  Program(
      Definition definition, SDVariable output, Collection<String> withRespectTo, boolean kernels) {
    this.sameDiff = definition.sameDiff();
    this.feeds = definition.feeds();
    this.output = output.name();
    Set<String> forwardOps = new HashSet<>(sameDiff.getOps().keySet());
    if (!withRespectTo.isEmpty()) {
      SDVariable outputGradient =
          sameDiff.placeHolder(OUTPUT_GRADIENT, definition.dataType(), (long[]) null);
      Differentiation.differentiate(definition, output, outputGradient, withRespectTo)
          .forEach((name, gradient) -> gradients.put(name, gradient.name()));
    }
    this.groups = kernels ? definition.groups() : Map.of();
    Set<String> neededForward = ancestors(List.of(this.output));
    Set<String> needed = ancestors(gradients.values());
    for (Map.Entry<String, SameDiffOp> e : sameDiff.getOps().entrySet()) {
      SameDiffOp op = e.getValue();
      if (forwardOps.contains(e.getKey()) && isAny(outputs(op), neededForward)) {
        add(forward, op);
      } else if (isAny(outputs(op), needed)) {
        add(backward, op);
      }
    }
    backward =
        new Recomputation(forward, owner, name -> isPlaceholder(name) || constant(name) != null)
            .apply(backward, this.output);
  }

  private static boolean isAny(List<String> names, Set<String> of) {
    return names.stream().anyMatch(of::contains);
  }

  private void add(List<Step> steps, SameDiffOp op) {
    List<String> inputs = inputs(op);
    List<String> outputs = List.copyOf(outputs(op));
    if (group(op) != null) {
      if (grouped.add(group(op))) {
        steps.add(new KernelStep(group(op).operation(), inputs, outputs));
      }
      return;
    }
    if (op.getOp() instanceof Reshape || op.getOp() instanceof Identity) {
      owner.put(outputs.get(0), ownerOf(inputs.get(0)));
    }
    steps.add(new OpStep(op.getOp(), inputs, outputs));
  }

  /** Every variable that {@code names} depend on, themselves included. */
  private Set<String> ancestors(Collection<String> names) {
    Set<String> found = new HashSet<>(names);
    List<SameDiffOp> ops = new ArrayList<>(sameDiff.getOps().values());
    for (int i = ops.size() - 1; i >= 0; i--) {
      if (isAny(outputs(ops.get(i)), found)) {
        found.addAll(inputs(ops.get(i)));
      }
    }
    return found;
  }

  private Definition.Group group(SameDiffOp op) {
    return groups.get(op.getOutputsOfOp().get(0));
  }

  /** What has to be there before {@code op}, or before the kernel in its place. */
  private List<String> inputs(SameDiffOp op) {
    return group(op) == null ? List.of(op.getOp().argNames()) : group(op).inputs();
  }

  /** What is there after {@code op}, or after the kernel in its place. */
  private List<String> outputs(SameDiffOp op) {
    return group(op) == null ? op.getOutputsOfOp() : group(op).outputs();
  }

  /** The variable whose memory {@code name} uses: itself unless it is a view. */
  String ownerOf(String name) {
    return owner.getOrDefault(name, name);
  }

  boolean isView(String name) {
    return owner.containsKey(name);
  }

  boolean isPlaceholder(String name) {
    return variable(name).isPlaceHolder();
  }

  /** The array of a constant, null if {@code name} is none. */
  INDArray constant(String name) {
    SDVariable variable = variable(name);
    return variable.isConstant() ? variable.getArr() : null;
  }

  DataType dataType(String name) {
    return variable(name).dataType();
  }

  /** False for names that a plan has given. */
  boolean isVariable(String name) {
    return variable(name) != null;
  }

  private SDVariable variable(String name) {
    return sameDiff.getVariable(Recomputation.original(name));
  }

  List<Feed> feeds() {
    return feeds;
  }

  String output() {
    return output;
  }

  /** The name of each wanted gradient by input or parameter. */
  Map<String, String> gradients() {
    return gradients;
  }

  List<Step> forward() {
    return forward;
  }

  List<Step> backward() {
    return backward;
  }
}
