package org.flsl.layers;

import java.util.Arrays;
import org.deeplearning4j.nn.conf.RNNFormat;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.inputs.InvalidInputTypeException;
import org.nd4j.linalg.api.ndarray.INDArray;

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

  /**
   * Checks that an attention or a selection has one column for each token.
   *
   * @param what its name for the message
   * @param columns {@code [batch, queries, tokens]}
   * @throws InvalidInputTypeException if the number of tokens is another one
   */
  public static InputType.InputTypeRecurrent expectColumns(
      String layer, String what, InputType columns, InputType.InputTypeRecurrent tokens) {
    InputType.InputTypeRecurrent type = expectSequence(layer, columns);
    if (isKnown(tokens) && type.getSize() != tokens.getTimeSeriesLength()) {
      throw new InvalidInputTypeException(
          String.format(
              "%s: the %s [batch, queries, tokens] has a column for %d tokens, but there are %d"
                  + " tokens",
              layer, what, type.getSize(), tokens.getTimeSeriesLength()));
    }
    return type;
  }

  /** Whether the number of tokens of a sequence is known. */
  public static boolean isKnown(InputType.InputTypeRecurrent sequence) {
    return sequence.getTimeSeriesLength() > 0;
  }

  /**
   * Checks the tokens that a layer really receives. (Without it tokens of twice the width would
   * pass for twice as many images.)
   *
   * @throws IllegalArgumentException if they are no sequence of this width
   */
  public static void checkSequence(String layer, INDArray input, long width) {
    if (input.rank() != 3 || input.size(2) != width) {
      throw new IllegalArgumentException(
          String.format(
              "%s: input has the shape %s, expected [batch, tokens, %d]",
              layer, Arrays.toString(input.shape()), width));
    }
  }

  /**
   * Checks that queries and the tokens among which they look belong together.
   *
   * @throws IllegalArgumentException if batch or width differ, or either is no sequence
   */
  public static void checkQueries(String layer, INDArray queries, INDArray tokens) {
    boolean fit =
        queries.rank() == 3
            && tokens.rank() == 3
            && queries.size(0) == tokens.size(0)
            && queries.size(2) == tokens.size(2);
    if (!fit) {
      throw new IllegalArgumentException(
          String.format(
              "%s: queries %s and tokens %s do not fit, expected [batch, queries, width] and [batch,"
                  + " tokens, width]",
              layer, Arrays.toString(queries.shape()), Arrays.toString(tokens.shape())));
    }
  }
}
