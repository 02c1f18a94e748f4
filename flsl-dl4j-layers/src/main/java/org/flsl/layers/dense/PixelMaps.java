package org.flsl.layers.dense;

import java.util.Arrays;
import org.deeplearning4j.nn.conf.CNN2DFormat;
import org.deeplearning4j.nn.conf.graph.GraphVertex;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.inputs.InvalidInputTypeException;
import org.deeplearning4j.nn.conf.layers.samediff.SDVertexParams;
import org.flsl.layers.samediff.CompiledVertex;
import org.flsl.layers.samediff.Definition;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * Stretches maps over the pixels of an image, or over other maps: scores of places become scores of
 * pixels.
 *
 * <p>Bilinear, with places and pixels as areas, as PyTorch's {@code interpolate(mode="bilinear",
 * align_corners=False)}. It is linear in each direction, hence two products with fixed matrices.
 * Inputs: the maps {@code [B, C, h, w]} and the image {@code [B, channels, height, width]}, of
 * which the shape alone counts. Output: {@code [B, C, height, width]}.
 */
public final class PixelMaps extends CompiledVertex {
  private static final String MAPS = "maps";

  /** Maps over the pixels of the second input. */
  public PixelMaps() {}

  @Override
  public void defineParametersAndInputs(SDVertexParams params) {
    params.defineInputs(MAPS, "image");
  }

  @Override
  protected SDVariable define(Definition d) {
    SameDiff sd = d.sameDiff();
    SDVariable maps = d.inputs().get(MAPS);
    long[] from = maps.getShape();
    long[] to = d.inputs().get("image").getShape();
    // Down first: what has to be turned round is smaller then.
    SDVariable columns = sd.permute(maps, 0, 1, 3, 2).reshape(-1, from[2]);
    SDVariable longer = sd.mmul(columns, weights(d, from[2], to[2]));
    SDVariable rows = sd.permute(longer.reshape(-1, from[1], from[3], to[2]), 0, 1, 3, 2);
    SDVariable wider = sd.mmul(rows.reshape(-1, from[3]), weights(d, from[3], to[3]));
    return wider.reshape(-1, from[1], to[2], to[3]);
  }

  /** What each place contributes to each pixel of an axis, {@code [places, pixels]}. */
  private static SDVariable weights(Definition d, long places, long pixels) {
    double[][] weights = new double[(int) places][(int) pixels];
    for (int pixel = 0; pixel < pixels; pixel++) {
      double at = Math.max(0, (pixel + 0.5) * places / pixels - 0.5);
      int before = (int) Math.min(at, places - 1);
      int after = (int) Math.min(before + 1, places - 1);
      weights[before][pixel] += 1 - (at - before);
      weights[after][pixel] += at - before;
    }
    return d.sameDiff().constant(Nd4j.createFromArray(weights).castTo(d.dataType()));
  }

  @Override
  public void validateInput(INDArray[] inputs) {
    if (inputs[0].rank() != 4 || inputs[1].rank() != 4 || inputs[0].size(0) != inputs[1].size(0)) {
      throw new IllegalArgumentException(
          String.format(
              "%s: maps %s and image %s do not fit, expected [batch, channels, height, width] of"
                  + " both",
              name(), Arrays.toString(inputs[0].shape()), Arrays.toString(inputs[1].shape())));
    }
  }

  @Override
  public InputType getOutputType(int index, InputType... inputs) throws InvalidInputTypeException {
    expectInputs(inputs.length);
    InputType.InputTypeConvolutional maps = Maps.expect(name(), inputs[0]);
    InputType.InputTypeConvolutional image = Maps.expect(name(), inputs[1]);
    return InputType.convolutional(
        image.getHeight(), image.getWidth(), maps.getChannels(), CNN2DFormat.NCHW);
  }

  @Override
  public GraphVertex clone() {
    PixelMaps copy = new PixelMaps();
    copy.copySettings(this);
    return copy;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof PixelMaps;
  }

  @Override
  public int hashCode() {
    return PixelMaps.class.hashCode();
  }
}
