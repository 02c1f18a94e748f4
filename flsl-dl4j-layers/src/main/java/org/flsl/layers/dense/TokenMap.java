package org.flsl.layers.dense;

import java.util.Arrays;
import org.deeplearning4j.nn.conf.graph.GraphVertex;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.inputs.InputType.InputTypeConvolutional;
import org.deeplearning4j.nn.conf.inputs.InputType.InputTypeRecurrent;
import org.deeplearning4j.nn.conf.inputs.InvalidInputTypeException;
import org.deeplearning4j.nn.conf.layers.samediff.SDVertexParams;
import org.flsl.layers.TokenGrid;
import org.flsl.layers.TokenTypes;
import org.flsl.layers.samediff.CompiledVertex;
import org.flsl.layers.samediff.Definition;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Lays the tokens of an image out as a feature map, for heads that look at neighbours.
 *
 * <p>The image tells how the tokens lie, so that images of any size will do: the map has the
 * proportions of the image. Inputs: tokens {@code [B, h*w, C]}, image {@code [B, channels, height,
 * width]}. Output: {@code [B, C, h, w]}.
 */
public final class TokenMap extends CompiledVertex {

  /** Makes one. */
  public TokenMap() {}

  /**
   * How so many tokens lie in the proportions of an image.
   *
   * @param height of the image
   * @param width of the image
   */
  static TokenGrid grid(long tokens, long height, long width) {
    long best = 1;
    for (long rows = 1; rows <= tokens; rows++) {
      if (tokens % rows == 0
          && stretch(rows, tokens / rows, height, width)
              < stretch(best, tokens / best, height, width)) {
        best = rows;
      }
    }
    return new TokenGrid(Math.toIntExact(best), Math.toIntExact(tokens / best));
  }

  /** How far the tokens would be from squares. */
  private static double stretch(long rows, long columns, long height, long width) {
    return Math.abs(Math.log((double) height * columns / ((double) width * rows)));
  }

  @Override
  public void defineParametersAndInputs(SDVertexParams params) {
    params.defineInputs("tokens", "image");
  }

  @Override
  protected SDVariable define(Definition d) {
    SDVariable tokens = d.inputs().get("tokens");
    long[] image = d.inputs().get("image").getShape();
    long[] shape = tokens.getShape();
    TokenGrid grid = grid(shape[1], image[2], image[3]);
    SDVariable places = tokens.reshape(-1, grid.height(), grid.width(), shape[2]);
    return d.sameDiff().permute(places, 0, 3, 1, 2);
  }

  @Override
  public void validateInput(INDArray[] inputs) {
    if (inputs[0].rank() != 3 || inputs[1].rank() != 4) {
      throw new IllegalArgumentException(
          String.format(
              "%s: the inputs have the shapes %s and %s, expected tokens [batch, tokens, width] and"
                  + " the image [batch, channels, height, width]",
              name(), Arrays.toString(inputs[0].shape()), Arrays.toString(inputs[1].shape())));
    }
  }

  @Override
  public InputType getOutputType(int index, InputType... inputs) throws InvalidInputTypeException {
    InputTypeRecurrent tokens = TokenTypes.expectSequence("Token map", inputs[0]);
    if (!TokenTypes.isKnown(tokens) || !(inputs[1] instanceof InputTypeConvolutional image)) {
      throw new InvalidInputTypeException(
          "Token map expects a known number of tokens and their image [batch, channels, height,"
              + " width], but got %s and %s".formatted(tokens, inputs[1]));
    }
    TokenGrid grid = grid(tokens.getTimeSeriesLength(), image.getHeight(), image.getWidth());
    return InputType.convolutional(grid.height(), grid.width(), tokens.getSize());
  }

  @Override
  public GraphVertex clone() {
    TokenMap copy = new TokenMap();
    copy.copySettings(this);
    return copy;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof TokenMap;
  }

  @Override
  public int hashCode() {
    return TokenMap.class.hashCode();
  }
}
