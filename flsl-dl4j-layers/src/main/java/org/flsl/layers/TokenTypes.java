package org.flsl.layers;

import org.deeplearning4j.nn.conf.RNNFormat;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.inputs.InvalidInputTypeException;

/** The input type of token sequences, {@code [batch, tokens, width]}, and its checks. */
public final class TokenTypes {
  private TokenTypes() {}

  /** The type of sequences of {@code tokens} tokens; a negative number means any. */
  public static InputType.InputTypeRecurrent sequence(long width, long tokens) {
    return (InputType.InputTypeRecurrent) InputType.recurrent(width, tokens, RNNFormat.NWC);
  }

  /**
   * Checks that a layer receives token sequences.
   *
   * @param layer name for the message
   * @throws InvalidInputTypeException if {@code type} is something else
   */
  public static InputType.InputTypeRecurrent expectSequence(String layer, InputType type) {
    if (type instanceof InputType.InputTypeRecurrent sequence
        && sequence.getFormat() == RNNFormat.NWC) {
      return sequence;
    }
    throw new InvalidInputTypeException(
        String.format(
            "%s expects a token sequence [batch, tokens, width], that is"
                + " InputType.recurrent(width, tokens, RNNFormat.NWC), but got %s",
            layer, type));
  }

  /**
   * Checks the width of a token sequence.
   *
   * @throws InvalidInputTypeException if it is another one
   */
  public static InputType.InputTypeRecurrent expectSequence(
      String layer, InputType type, long width) {
    InputType.InputTypeRecurrent sequence = expectSequence(layer, type);
    if (sequence.getSize() != width) {
      throw new InvalidInputTypeException(
          String.format(
              "%s expects tokens of width %d, but got width %d", layer, width, sequence.getSize()));
    }
    return sequence;
  }
}
