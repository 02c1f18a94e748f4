package org.flsl.losses;

import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.inputs.InvalidInputTypeException;
import org.deeplearning4j.nn.conf.layers.samediff.SDLayerParams;
import org.flsl.layers.samediff.CompiledLossLayer;
import org.flsl.layers.samediff.Definition;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.schedule.ISchedule;
import org.nd4j.shade.jackson.annotation.JsonProperty;

/**
 * The FLSL objective: the weighted sum of the three terms, {@code L = upsilon intra + eta inter +
 * gamma volume}.
 *
 * <p>It is the output of an FLSL training graph and needs no labels. Input: {@code [1, 3]} as
 * {@link FlslLosses} gives it.
 */
public final class FlslLossLayer extends CompiledLossLayer {
  @JsonProperty private ISchedule upsilon;
  @JsonProperty private ISchedule eta;
  @JsonProperty private ISchedule gamma;

  private FlslLossLayer() {}

  /**
   * The objective with the given weights.
   *
   * @param upsilon weight of the intra-view term
   * @param eta weight of the inter-view term
   * @param gamma weight of the volume term
   */
  public FlslLossLayer(ISchedule upsilon, ISchedule eta, ISchedule gamma) {
    this.upsilon = Objects.requireNonNull(upsilon, "upsilon");
    this.eta = Objects.requireNonNull(eta, "eta");
    this.gamma = Objects.requireNonNull(gamma, "gamma");
  }

  @Override
  public void defineParameters(SDLayerParams params) {
    // The weights are configuration, not parameters.
  }

  @Override
  public void initializeParameters(Map<String, INDArray> params) {
    // There are none.
  }

  @Override
  protected SDVariable define(Definition d, SDVariable terms) {
    SDVariable weights =
        d.sameDiff()
            .stack(
                0,
                d.scheduled("upsilon", upsilon),
                d.scheduled("eta", eta),
                d.scheduled("gamma", gamma));
    return d.withGradient(
        terms.reshape(3).mul(weights).sum(),
        List.of(terms),
        dy -> List.of(weights.mul(dy).reshape(1, 3)));
  }

  @Override
  public InputType getOutputType(int index, InputType input) {
    int terms = FlslLosses.Term.values().length;
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
        && Objects.equals(upsilon, that.upsilon)
        && Objects.equals(eta, that.eta)
        && Objects.equals(gamma, that.gamma);
  }

  /** From the settings alone: DL4J's own hash of a SameDiff layer differs between equal ones. */
  @Override
  public int hashCode() {
    return Objects.hash(upsilon, eta, gamma);
  }
}
