package org.flsl.layers.samediff;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.nd4j.autodiff.functions.DifferentialFunction;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;
import org.nd4j.autodiff.samediff.internal.SameDiffOp;

/**
 * Reverse-mode differentiation that writes the gradients into the same SameDiff graph.
 *
 * <p>DL4J's own {@code createGradFunction} copies the graph, differentiates with respect to
 * everything, and prints to standard output; here only what is asked for is differentiated, and
 * {@linkplain Definition#withGradient rules written by hand} are honoured.
 */
final class Differentiation {
  private final SameDiff sameDiff;
  private final Map<String, Definition.CustomGradient> customGradients;
  private final Map<String, SDVariable> gradients = new HashMap<>();
  private final Set<String> active;

  private Differentiation(Definition definition, Collection<String> withRespectTo) {
    this.sameDiff = definition.sameDiff();
    this.customGradients = definition.customGradients();
    this.active = dependents(withRespectTo);
  }

  /**
   * Adds the gradient ops of {@code output} to the definition's graph.
   *
   * @param outputGradient gradient of the loss with respect to {@code output}
   * @param withRespectTo names of the variables whose gradients are wanted
   * @return the gradient by variable; a variable that does not influence the output is absent
   */
  static Map<String, SDVariable> differentiate(
      Definition definition,
      SDVariable output,
      SDVariable outputGradient,
      Collection<String> withRespectTo) {
    Differentiation d = new Differentiation(definition, withRespectTo);
    List<SameDiffOp> forward = new ArrayList<>(d.sameDiff.getOps().values());
    d.gradients.put(output.name(), outputGradient);
    for (int i = forward.size() - 1; i >= 0; i--) {
      d.backward(forward.get(i));
    }
    Map<String, SDVariable> wanted = new HashMap<>();
    for (String name : withRespectTo) {
      if (d.gradients.containsKey(name)) {
        wanted.put(name, d.gradients.get(name));
      }
    }
    return wanted;
  }

  /** The variables through which a change of {@code roots} can reach the output. */
  private Set<String> dependents(Collection<String> roots) {
    Set<String> reached = new HashSet<>(roots);
    for (SameDiffOp op : sameDiff.getOps().values()) {
      if (op.getInputsToOp() != null && op.getInputsToOp().stream().anyMatch(reached::contains)) {
        reached.addAll(op.getOutputsOfOp());
      }
    }
    return reached;
  }

  private void backward(SameDiffOp op) {
    List<String> outputs = op.getOutputsOfOp();
    if (outputs.stream().noneMatch(gradients::containsKey)
        || outputs.stream().noneMatch(active::contains)) {
      return;
    }
    Definition.CustomGradient custom = customGradients.get(outputs.get(0));
    if (custom != null) {
      accumulate(custom.inputs(), custom.rule().gradients(gradients.get(outputs.get(0))));
      return;
    }
    DifferentialFunction function = op.getOp();
    List<SDVariable> outputGradients = new ArrayList<>();
    for (String output : outputs) {
      SDVariable gradient = gradients.get(output);
      outputGradients.add(
          gradient != null ? gradient : sameDiff.zerosLike(sameDiff.getVariable(output)));
    }
    accumulate(List.of(function.args()), function.doDiff(outputGradients));
  }

  private void accumulate(List<SDVariable> inputs, List<SDVariable> inputGradients) {
    for (int i = 0; i < Math.min(inputs.size(), inputGradients.size()); i++) {
      String name = inputs.get(i).name();
      SDVariable gradient = inputGradients.get(i);
      if (gradient != null && active.contains(name)) {
        gradients.merge(name, gradient, SDVariable::add);
      }
    }
  }
}
