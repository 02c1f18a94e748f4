package org.flsl.examples.pytorch;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.training.GradientCollector;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/**
 * The parameters of a network, with their gradients and AdamW's moments.
 *
 * <p>Each step differentiates by fresh aliases of the parameters, so that gradients begin as none
 * instead of zero, which is what {@code zero_grad(set_to_none=True)} does.
 */
final class TorchWeights {
  private final Map<String, NDArray> values = new LinkedHashMap<>();
  private final Map<String, NDArray> leaves = new LinkedHashMap<>();
  private final Map<String, NDArray> reduced = new LinkedHashMap<>();
  private final Map<String, NDArray> means = new LinkedHashMap<>();
  private final Map<String, NDArray> variances = new LinkedHashMap<>();
  private int steps;

  /** Adds a parameter. */
  void put(String name, NDArray value) {
    values.put(name, value);
  }

  /** An equal copy without moments. */
  TorchWeights copy() {
    TorchWeights copy = new TorchWeights();
    values.forEach((name, value) -> copy.put(name, value.duplicate()));
    return copy;
  }

  /** A parameter, to compute with. */
  NDArray get(String name) {
    NDArray leaf = leaves.get(name);
    return leaf == null ? values.get(name) : leaf;
  }

  /**
   * A parameter in bf16, to multiply with. While a step is taken each is rounded once; otherwise it
   * is rounded anew, as autocast does with weights that need no gradient.
   *
   * @param user closes it where no step is taken
   */
  NDArray reduced(String name, TorchScriptOps ops, NDManager user) {
    NDArray leaf = leaves.get(name);
    if (leaf != null) {
      return reduced.computeIfAbsent(name, n -> ops.inBf16(leaf));
    }
    NDArray rounded = ops.inBf16(values.get(name));
    rounded.attach(user);
    return rounded;
  }

  /**
   * Takes a training step.
   *
   * @param loss of the parameters as they are taken, in the manager that is given
   * @param update what is done with the gradients before they are forgotten
   * @return the loss
   */
  double step(NDManager manager, Function<NDManager, NDArray> loss, Runnable update) {
    beginStep();
    double result;
    try (NDManager scope = manager.newSubManager();
        GradientCollector collector = manager.getEngine().newGradientCollector()) {
      NDArray value = loss.apply(scope);
      collector.backward(value);
      result = value.getFloat();
    }
    update.run();
    endStep();
    return result;
  }

  /** Lets gradients reach the parameters that are taken from now on. */
  private void beginStep() {
    values.forEach(
        (name, value) -> {
          NDArray leaf = value.stopGradient();
          leaf.setRequiresGradient(true);
          leaves.put(name, leaf);
        });
  }

  /** Forgets the gradients. */
  private void endStep() {
    reduced.values().forEach(NDArray::close);
    reduced.clear();
    leaves.values().forEach(NDArray::close);
    leaves.clear();
  }

  /** Clips the gradient of every tensor at a norm, as the paper's code does. */
  void clip(double norm) {
    for (NDArray leaf : leaves.values()) {
      try (NDArray gradient = leaf.getGradient();
          NDArray length = gradient.norm()) {
        float factor = (float) (norm / (length.getFloat() + 1e-6));
        if (factor < 1) {
          gradient.muli(factor);
        }
      }
    }
  }

  /** AdamW, with weight decay on matrices only. */
  void update(TorchScriptOps ops, NDManager manager, double learningRate, double decay) {
    steps++;
    update(ops, manager, learningRate, decay, true);
    update(ops, manager, learningRate, 0, false);
  }

  private void update(
      TorchScriptOps ops, NDManager manager, double rate, double decay, boolean matrices) {
    List<NDArray> weights = new ArrayList<>();
    List<NDArray> gradients = new ArrayList<>();
    List<NDArray> first = new ArrayList<>();
    List<NDArray> second = new ArrayList<>();
    values.forEach(
        (name, value) -> {
          if (value.getShape().dimension() > 1 == matrices) {
            weights.add(value);
            gradients.add(leaves.get(name).getGradient());
            first.add(means.computeIfAbsent(name, n -> value.zerosLike()));
            second.add(variances.computeIfAbsent(name, n -> value.zerosLike()));
          }
        });
    try (NDArray step = manager.create((float) steps)) {
      ops.update(weights, gradients, first, second, step, rate, decay);
    }
    gradients.forEach(NDArray::close);
  }

  /** Moves these parameters towards others: {@code m this + (1 - m) other}. */
  void follow(TorchWeights other, double m) {
    values.forEach(
        (name, value) -> {
          try (NDArray part = other.values.get(name).mul((float) (1 - m))) {
            value.muli((float) m).addi(part);
          }
        });
  }
}
