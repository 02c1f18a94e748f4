package org.flsl.examples.pytorch;

import java.util.List;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.flsl.layers.samediff.CompiledLossLayer;
import org.flsl.layers.samediff.Definition;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.linalg.factory.Nd4j;

/**
 * A loss for a network alone: a fixed weighted sum over the channels of a token, mean of tokens.
 */
final class TrunkLoss extends CompiledLossLayer {
  private static final long serialVersionUID = 1L;

  private final int width;

  TrunkLoss(int width) {
    this.width = width;
  }

  /** The weight of every channel. */
  static float[] weights(int width) {
    float[] weights = new float[width];
    for (int i = 0; i < width; i++) {
      weights[i] = (float) Math.sin(i);
    }
    return weights;
  }

  @Override
  protected SDVariable define(Definition d, SDVariable tokens) {
    SDVariable column =
        d.sameDiff().constant(Nd4j.createFromArray(weights(width)).reshape(width, 1));
    SDVariable rows = tokens.reshape(-1, width);
    SDVariable sums = d.sameDiff().mmul(rows, column);
    d.withGradient(
        sums, List.of(rows), dy -> List.of(d.sameDiff().mmul(dy, column, false, true, false)));
    return sums.mean();
  }

  @Override
  public InputType getOutputType(int index, InputType input) {
    return input;
  }
}
