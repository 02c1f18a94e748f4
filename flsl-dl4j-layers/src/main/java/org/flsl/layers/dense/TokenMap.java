package org.flsl.layers.dense;

import java.util.Arrays;
import org.deeplearning4j.nn.conf.CNN2DFormat;
import org.deeplearning4j.nn.conf.graph.GraphVertex;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.inputs.InvalidInputTypeException;
import org.deeplearning4j.nn.conf.layers.samediff.SDVertexParams;
import org.flsl.layers.TokenGrid;
import org.flsl.layers.TokenTypes;
import org.flsl.layers.samediff.CompiledVertex;
import org.flsl.layers.samediff.Definition;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.shade.jackson.annotation.JsonProperty;

/**
 * Lays the tokens of an image out as the feature map that they are: where a backbone ends and
 * convolutions begin.
 *
 * <p>Only the image tells how its tokens lie, so that images of any size may follow one another:
 * one token stands for a square of {@code stride} pixels. Inputs: the tokens {@code [B, N, C]}, row
 * by row, and the image {@code [B, channels, height, width]}, of which the shape alone counts.
 * Output: {@code [B, C, height / stride, width / stride]}.
 */
public final class TokenMap extends CompiledVertex {
  private static final String TOKENS = "tokens";

  @JsonProperty private int stride;

  private TokenMap() {}

  /** The map of tokens that stand for squares of {@code stride} pixels. */
  public TokenMap(int stride) {
    if (stride < 1) {
      throw new IllegalArgumentException(
          "Token map: a token stands for at least one pixel, got a stride of " + stride);
    }
    this.stride = stride;
  }

  /** Side in pixels of the square that a token stands for. */
  public int stride() {
    return stride;
  }

  @Override
  public void defineParametersAndInputs(SDVertexParams params) {
    params.defineInputs(TOKENS, "image");
  }

  @Override
  protected SDVariable define(Definition d) {
    SDVariable tokens = d.inputs().get(TOKENS);
    long[] image = d.inputs().get("image").getShape();
    TokenGrid grid = TokenGrid.of(image[2], image[3], stride);
    SDVariable rows = tokens.reshape(-1, grid.height(), grid.width(), tokens.getShape()[2]);
    return d.sameDiff().permute(rows, 0, 3, 1, 2);
  }

  @Override
  public void validateInput(INDArray[] inputs) {
    INDArray tokens = inputs[0];
    INDArray image = inputs[1];
    boolean fit =
        tokens.rank() == 3
            && image.rank() == 4
            && tokens.size(0) == image.size(0)
            && tokens.size(1) == TokenGrid.of(image.size(2), image.size(3), stride).tokens();
    if (!fit) {
      throw new IllegalArgumentException(
          String.format(
              "%s: tokens %s and image %s do not fit, expected [batch, tokens, width] with a token"
                  + " for each %d x %d pixels of [batch, channels, height, width]",
              name(),
              Arrays.toString(tokens.shape()),
              Arrays.toString(image.shape()),
              stride,
              stride));
    }
  }

  @Override
  public InputType getOutputType(int index, InputType... inputs) throws InvalidInputTypeException {
    expectInputs(inputs.length);
    InputType.InputTypeRecurrent tokens = TokenTypes.expectSequence(name(), inputs[0]);
    InputType.InputTypeConvolutional image = Maps.expect(name(), inputs[1]);
    TokenGrid grid = TokenGrid.of(image.getHeight(), image.getWidth(), stride);
    if (TokenTypes.isKnown(tokens) && tokens.getTimeSeriesLength() != grid.tokens()) {
      throw new InvalidInputTypeException(
          String.format(
              "%s: there are %d tokens, and an image of %d x %d pixels has %d at a stride of %d",
              name(),
              tokens.getTimeSeriesLength(),
              image.getHeight(),
              image.getWidth(),
              grid.tokens(),
              stride));
    }
    return InputType.convolutional(grid.height(), grid.width(), tokens.getSize(), CNN2DFormat.NCHW);
  }

  @Override
  public GraphVertex clone() {
    TokenMap copy = new TokenMap(stride);
    copy.copySettings(this);
    return copy;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof TokenMap that && stride == that.stride;
  }

  @Override
  public int hashCode() {
    return stride;
  }
}
