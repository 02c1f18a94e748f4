package org.flsl.layers.dense;

import org.deeplearning4j.nn.conf.CNN2DFormat;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.inputs.InvalidInputTypeException;

/** The input type of images and feature maps, {@code [batch, channels, height, width]}. */
final class Maps {
  private Maps() {}

  /**
   * Checks that a layer receives maps.
   *
   * @throws InvalidInputTypeException if {@code type} is something else
   */
  static InputType.InputTypeConvolutional expect(String layer, InputType type) {
    if (type instanceof InputType.InputTypeConvolutional maps
        && maps.getFormat() == CNN2DFormat.NCHW) {
      return maps;
    }
    throw new InvalidInputTypeException(
        layer + " expects maps [batch, channels, height, width], but got " + type);
  }
}
