package org.flsl.layers.graph;

import java.util.Arrays;
import org.deeplearning4j.nn.conf.CNN2DFormat;
import org.deeplearning4j.nn.conf.graph.GraphVertex;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.inputs.InvalidInputTypeException;
import org.deeplearning4j.nn.conf.layers.samediff.SDVertexParams;
import org.flsl.layers.TokenTypes;
import org.flsl.layers.samediff.CompiledVertex;
import org.flsl.layers.samediff.Definition;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.shade.jackson.annotation.JsonProperty;

/**
 * Makes tokens of the feature maps of a convolutional network: one of each position, row by row.
 *
 * <p>Several views arrive stacked along the batch, all images of the first view before those of the
 * second, and leave packed in one sequence for each image. Input: {@code [V*B, C, height, width]}.
 * Output: {@code [B, V*height*width, C]}.
 */
public final class FeatureMapTokens extends CompiledVertex {
  @JsonProperty private int views;

  private FeatureMapTokens() {}

  /** Tokens of feature maps of {@code views} stacked views. */
  public FeatureMapTokens(int views) {
    if (views < 1) {
      throw new IllegalArgumentException(
          "Feature map tokens: need at least one view, got " + views);
    }
    this.views = views;
  }

  @Override
  public void defineParametersAndInputs(SDVertexParams params) {
    params.defineInputs("maps");
  }

  @Override
  protected SDVariable define(Definition d) {
    SDVariable maps = d.inputs().get("maps");
    long[] shape = maps.getShape();
    long positions = shape[2] * shape[3];
    SDVariable stacked = maps.reshape(views, -1, shape[1], positions);
    return d.sameDiff().permute(stacked, 1, 0, 3, 2).reshape(-1, views * positions, shape[1]);
  }

  @Override
  public void validateInput(INDArray[] inputs) {
    if (inputs[0].rank() != 4 || inputs[0].size(0) % views != 0) {
      throw new IllegalArgumentException(
          String.format(
              "%s: input has the shape %s, expected [%d * batch, channels, height, width]",
              name(), Arrays.toString(inputs[0].shape()), views));
    }
  }

  @Override
  public InputType getOutputType(int index, InputType... inputs) throws InvalidInputTypeException {
    expectInputs(inputs.length);
    if (!(inputs[0] instanceof InputType.InputTypeConvolutional maps)
        || maps.getFormat() != CNN2DFormat.NCHW) {
      throw new InvalidInputTypeException(
          "Feature map tokens expect feature maps [batch, channels, height, width], but got "
              + inputs[0]);
    }
    return TokenTypes.sequence(maps.getChannels(), views * maps.getHeight() * maps.getWidth());
  }

  @Override
  public GraphVertex clone() {
    FeatureMapTokens copy = new FeatureMapTokens(views);
    copy.copySettings(this);
    return copy;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof FeatureMapTokens that && views == that.views;
  }

  @Override
  public int hashCode() {
    return views;
  }
}
