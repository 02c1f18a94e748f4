package org.flsl.losses;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.inputs.InvalidInputTypeException;
import org.flsl.layers.samediff.CompiledLossLayer;
import org.flsl.layers.samediff.Definition;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.linalg.schedule.ISchedule;
import org.nd4j.shade.jackson.annotation.JsonProperty;

/**
 * The FLSL objective: the weighted sum of its terms, such as {@code L = upsilon intra + eta inter +
 * gamma volume}.
 *
 * <p>It is the output of an FLSL training graph and needs no labels. Input: {@code [1, terms]} as
 * {@link FlslLosses} gives it.
 */
public final class FlslLossLayer extends CompiledLossLayer {
  @JsonProperty private Map<String, ISchedule> weights;

  private FlslLossLayer() {}

  /**
   * The objective with the given weights.
   *
   * @param weights by their names, in the order of the terms; at least one
   * @throws IllegalArgumentException if there is none
   */
  public FlslLossLayer(Map<String, ISchedule> weights) {
    if (weights.isEmpty()) {
      throw new IllegalArgumentException(
          "FLSL loss layer: a weight is needed for each term of FlslLosses, got none");
    }
    weights.forEach((name, weight) -> Objects.requireNonNull(weight, name));
    this.weights = new LinkedHashMap<>(weights);
  }

  @Override
  protected SDVariable define(Definition d, SDVariable terms) {
    long[] shape = terms.getShape();
    if (shape[shape.length - 1] != weights.size()) {
      throw new IllegalArgumentException(
          "%s has weights for %d terms, %s, but its input has %d"
              .formatted(name(), weights.size(), weights.keySet(), shape[shape.length - 1]));
    }
    SDVariable[] scheduled =
        weights.entrySet().stream()
            .map(weight -> d.scheduled(weight.getKey(), weight.getValue()))
            .toArray(SDVariable[]::new);
    SDVariable stacked = d.sameDiff().stack(0, scheduled);
    return d.withGradient(
        terms.reshape(scheduled.length).mul(stacked).sum(),
        List.of(terms),
        dy -> List.of(stacked.mul(dy).reshape(1, scheduled.length)));
  }

  @Override
  public InputType getOutputType(int index, InputType input) {
    int terms = weights.size();
    if (!(input instanceof InputType.InputTypeFeedForward forward) || forward.getSize() != terms) {
      throw new InvalidInputTypeException(
          String.format(
              "The FLSL loss layer expects the %d terms of FlslLosses, but got %s", terms, input));
    }
    return input;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof FlslLossLayer that
        && super.equals(other)
        && List.copyOf(weights.entrySet()).equals(List.copyOf(that.weights.entrySet()));
  }

  /** From the settings alone: DL4J's own hash of a SameDiff layer differs between equal ones. */
  @Override
  public int hashCode() {
    return weights.hashCode();
  }
}
