package org.flsl.layers.cluster;

import java.util.Arrays;
import java.util.List;
import org.deeplearning4j.nn.conf.graph.GraphVertex;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.inputs.InvalidInputTypeException;
import org.deeplearning4j.nn.conf.layers.samediff.SDVertexParams;
import org.flsl.layers.TokenTypes;
import org.flsl.layers.samediff.CompiledVertex;
import org.flsl.layers.samediff.Definition;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Picks the query tokens of every image, {@code q = S Z}.
 *
 * <p>The rows of the selector S are zero but for a one at the picked token, so that the product is
 * an exact copy. (ND4J's gather along the token axis has no gradient.)
 *
 * <p>Inputs: tokens Z {@code [B, T, C]}, selector S {@code [B, n, T]}. Output: queries {@code [B,
 * n, C]}.
 */
public final class TokenSelection extends CompiledVertex {

  /** A selection; everything is known from the inputs. */
  public TokenSelection() {}

  @Override
  public void defineParametersAndInputs(SDVertexParams params) {
    params.defineInputs("tokens", "selector");
  }

  @Override
  protected SDVariable define(Definition definition) {
    SDVariable tokens = definition.inputs().get("tokens");
    SDVariable selector = definition.inputs().get("selector");
    SDVariable queries = definition.sameDiff().mmul(selector, tokens);
    return definition.withGradient(
        queries,
        List.of(tokens),
        dq -> List.of(definition.sameDiff().mmul(selector, dq, true, false, false)));
  }

  @Override
  public void validateInput(INDArray[] inputs) {
    boolean fit =
        inputs[0].rank() == 3
            && inputs[1].rank() == 3
            && inputs[0].size(0) == inputs[1].size(0)
            && inputs[0].size(1) == inputs[1].size(2);
    if (!fit) {
      throw new IllegalArgumentException(
          String.format(
              "%s: tokens %s and selector %s do not fit, expected [batch, tokens, width] and [batch,"
                  + " queries, tokens]",
              name(), Arrays.toString(inputs[0].shape()), Arrays.toString(inputs[1].shape())));
    }
  }

  @Override
  public InputType getOutputType(int index, InputType... inputs) throws InvalidInputTypeException {
    expectInputs(inputs.length);
    InputType.InputTypeRecurrent tokens = TokenTypes.expectSequence("Token selection", inputs[0]);
    InputType.InputTypeRecurrent selector =
        TokenTypes.expectColumns("Token selection", "selector", inputs[1], tokens);
    return TokenTypes.sequence(tokens.getSize(), selector.getTimeSeriesLength());
  }

  @Override
  public GraphVertex clone() {
    TokenSelection copy = new TokenSelection();
    copy.copySettings(this);
    return copy;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof TokenSelection;
  }

  @Override
  public int hashCode() {
    return TokenSelection.class.hashCode();
  }
}
