package org.flsl.layers.cluster;

import java.util.Objects;
import org.deeplearning4j.nn.conf.graph.GraphVertex;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.inputs.InvalidInputTypeException;
import org.deeplearning4j.nn.conf.layers.samediff.SDVertexParams;
import org.flsl.layers.TokenTypes;
import org.flsl.layers.samediff.CompiledVertex;
import org.flsl.layers.samediff.Definition;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.shade.jackson.annotation.JsonProperty;

/**
 * The attention that a previous training stage's features give to a query: nearly uniform over the
 * tokens that are like it, nearly zero elsewhere.
 *
 * <p>{@code A = softmax(tau q Z^T)}, then {@code A_prev = sigmoid(s (A - mean A))}, rows normalised
 * to one. It guides {@link MeanShift#guided}; both belong behind the frozen previous teacher.
 *
 * <p>Inputs: queries {@code [B, n, C]}, tokens {@code [B, T, C]}. Output: {@code [B, n, T]}.
 */
public final class PreviousStageAttention extends CompiledVertex {
  @JsonProperty private double temperature;
  @JsonProperty private double sharpness;

  private PreviousStageAttention() {}

  /**
   * Attention of the previous stage.
   *
   * @param temperature tau, which multiplies
   * @param sharpness s: the larger, the closer to a choice of tokens
   */
  public PreviousStageAttention(double temperature, double sharpness) {
    if (!(temperature > 0 && Double.isFinite(temperature))
        || !(sharpness > 0 && Double.isFinite(sharpness))) {
      throw new IllegalArgumentException(
          String.format(
              "Previous-stage attention: temperature and sharpness must be positive and finite, got"
                  + " %s and %s",
              temperature, sharpness));
    }
    this.temperature = temperature;
    this.sharpness = sharpness;
  }

  @Override
  public void defineParametersAndInputs(SDVertexParams params) {
    params.defineInputs("queries", "tokens");
  }

  @Override
  protected SDVariable define(Definition d) {
    SameDiff sd = d.sameDiff();
    SDVariable queries = d.inputs().get("queries").mul(temperature);
    SDVariable scores = sd.mmul(queries, d.inputs().get("tokens"), false, true, false);
    SDVariable attention = sd.nn.softmax(scores, -1);
    SDVariable chosen = sd.nn.sigmoid(attention.sub(attention.mean(true, -1)).mul(sharpness));
    return chosen.div(chosen.sum(true, -1));
  }

  @Override
  public void validateInput(INDArray[] inputs) {
    TokenTypes.checkQueries(name(), inputs[0], inputs[1]);
  }

  @Override
  public InputType getOutputType(int index, InputType... inputs) throws InvalidInputTypeException {
    expectInputs(inputs.length);
    InputType.InputTypeRecurrent queries = TokenTypes.expectSequence(name(), inputs[0]);
    InputType.InputTypeRecurrent tokens =
        TokenTypes.expectSequence(name(), inputs[1], queries.getSize());
    return TokenTypes.sequence(tokens.getTimeSeriesLength(), queries.getTimeSeriesLength());
  }

  @Override
  public GraphVertex clone() {
    PreviousStageAttention copy = new PreviousStageAttention(temperature, sharpness);
    copy.copySettings(this);
    return copy;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof PreviousStageAttention that
        && temperature == that.temperature
        && sharpness == that.sharpness;
  }

  @Override
  public int hashCode() {
    return Objects.hash(temperature, sharpness);
  }
}
