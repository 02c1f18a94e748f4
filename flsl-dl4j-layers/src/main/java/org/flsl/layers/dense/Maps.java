package org.flsl.layers.dense;

import java.util.Arrays;
import org.deeplearning4j.nn.conf.CNN2DFormat;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.inputs.InputType.InputTypeConvolutional;
import org.deeplearning4j.nn.conf.inputs.InvalidInputTypeException;
import org.flsl.layers.TokenGrid;
import org.flsl.layers.samediff.Definition;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Images and feature maps, {@code [batch, channels, height, width]}: their checks, and their places
 * as rows.
 */
final class Maps {
  private Maps() {}

  /**
   * Checks that a layer receives maps.
   *
   * @throws InvalidInputTypeException if {@code type} is something else
   */
  static InputTypeConvolutional expect(String layer, InputType type) {
    if (type instanceof InputTypeConvolutional maps && maps.getFormat() == CNN2DFormat.NCHW) {
      return maps;
    }
    throw new InvalidInputTypeException(
        layer + " expects maps [batch, channels, height, width], but got " + type);
  }

  /**
   * Checks that a layer receives maps of a width.
   *
   * @throws InvalidInputTypeException if {@code type} is something else
   */
  static InputTypeConvolutional expect(String layer, InputType type, long channels) {
    InputTypeConvolutional maps = expect(layer, type);
    if (maps.getChannels() != channels) {
      throw new InvalidInputTypeException(
          "%s expects maps of %d channels, but got %s".formatted(layer, channels, type));
    }
    return maps;
  }

  /** Checks what a layer really receives. */
  static void check(String layer, INDArray input, long channels) {
    if (input.rank() != 4 || input.size(1) != channels) {
      throw new IllegalArgumentException(
          "%s: input has the shape %s, expected [batch, %d, height, width]"
              .formatted(layer, Arrays.toString(input.shape()), channels));
    }
  }

  static TokenGrid grid(SDVariable maps) {
    long[] shape = maps.getShape();
    return new TokenGrid(Math.toIntExact(shape[2]), Math.toIntExact(shape[3]));
  }

  /** {@code [batch, height * width, channels]}. */
  static SDVariable sequence(Definition d, SDVariable maps) {
    long[] shape = maps.getShape();
    return d.sameDiff().permute(maps, 0, 2, 3, 1).reshape(-1, shape[2] * shape[3], shape[1]);
  }

  /** {@code [batch, channels, height, width]} of rows, one for each place. */
  static SDVariable maps(Definition d, SDVariable rows, TokenGrid grid, long channels) {
    SDVariable places = rows.reshape(-1, grid.height(), grid.width(), channels);
    return d.sameDiff().permute(places, 0, 3, 1, 2);
  }
}
