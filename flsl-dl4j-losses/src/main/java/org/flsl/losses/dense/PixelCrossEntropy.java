package org.flsl.losses.dense;

import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import org.deeplearning4j.nn.conf.CNN2DFormat;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.inputs.InvalidInputTypeException;
import org.flsl.layers.samediff.CompiledLossLayer;
import org.flsl.layers.samediff.Definition;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.shade.jackson.annotation.JsonProperty;

/**
 * Cross entropy of the class of every pixel: the loss of semantic segmentation.
 *
 * <p>{@code sum_p w[y_p] (log sum_k exp x_pk - x_p,y_p) / sum_p w[y_p]} over the pixels of the
 * batch whose label is a class; pixels with {@link #IGNORED} count nowhere, and a batch without any
 * other costs nothing. As PyTorch's {@code CrossEntropyLoss(weight, ignore_index=-1)}. Input:
 * scores {@code [B, classes, height, width]}. Labels: {@code [B, height, width]}, the numbers of
 * classes.
 */
public final class PixelCrossEntropy extends CompiledLossLayer {

  /** The label of pixels that count nowhere. */
  public static final int IGNORED = -1;

  @JsonProperty private int classes;

  /** Null where all weigh alike. */
  @JsonProperty private double[] weights;

  private PixelCrossEntropy() {}

  private PixelCrossEntropy(int classes, double[] weights) {
    if (classes < 2) {
      throw new IllegalArgumentException(
          "Pixel cross entropy: at least two classes are needed, got " + classes);
    }
    this.classes = classes;
    this.weights = weights;
  }

  /** All classes weigh alike. */
  public static PixelCrossEntropy of(int classes) {
    return new PixelCrossEntropy(classes, null);
  }

  /**
   * Every class has a weight of its own, so that rare ones are not lost in common ones.
   *
   * @param weights at least 0 each, and not all of them 0
   * @throws IllegalArgumentException for other weights, and for fewer than two
   */
  public static PixelCrossEntropy weighted(double... weights) {
    if (Arrays.stream(weights).anyMatch(weight -> !(weight >= 0) || Double.isInfinite(weight))) {
      throw new IllegalArgumentException(
          "Pixel cross entropy: weights must be at least 0, got " + Arrays.toString(weights));
    }
    PixelCrossEntropy loss = new PixelCrossEntropy(weights.length, weights.clone());
    if (Arrays.stream(weights).allMatch(weight -> weight == 0)) {
      throw new IllegalArgumentException(
          "Pixel cross entropy: at least one weight must be above 0, got "
              + Arrays.toString(weights));
    }
    return loss;
  }

  @Override
  public boolean labelsRequired() {
    return true;
  }

  @Override
  protected SDVariable define(Definition d, SDVariable input) {
    SameDiff sd = d.sameDiff();
    long[] shape = input.getShape();
    long pixels = shape[2] * shape[3];
    SDVariable x = input.reshape(-1, classes, pixels);
    SDVariable y = d.inputs().get(LABELS).reshape(-1, 1, pixels);
    // Ones and zeros without a comparison: labels are whole numbers, and IGNORED is no class.
    SDVariable chosen = sd.nn.relu(sd.math.abs(numbers(d).sub(y)).rsub(1), 0);
    SDVariable weight =
        weights == null
            ? chosen.sum(true, 1)
            : chosen.mul(d.sameDiff().constant(perClass(d, weights))).sum(true, 1);
    // Nothing over next to nothing is nothing where no pixel counts.
    SDVariable total = sd.math.max(weight.sum(), d.constant(Float.MIN_NORMAL));
    SDVariable shifted = x.sub(x.max(true, 1));
    SDVariable exp = sd.math.exp(shifted);
    SDVariable sum = exp.sum(true, 1);
    SDVariable each = sd.math.log(sum).sub(shifted.mul(chosen).sum(true, 1));
    return d.withGradient(
        each.mul(weight).sum().div(total),
        List.of(input),
        dy ->
            List.of(
                exp.div(sum)
                    .sub(chosen)
                    .mul(weight.mul(dy).div(total))
                    .reshape(-1, classes, shape[2], shape[3])));
  }

  private SDVariable numbers(Definition d) {
    double[] numbers = new double[classes];
    Arrays.setAll(numbers, i -> i);
    return d.sameDiff().constant(perClass(d, numbers));
  }

  private INDArray perClass(Definition d, double[] values) {
    return Nd4j.createFromArray(values).castTo(d.dataType()).reshape(1, classes, 1);
  }

  @Override
  protected void validateLabels(INDArray input, INDArray labels) {
    boolean fit =
        input.rank() == 4
            && labels.rank() == 3
            && labels.size(0) == input.size(0)
            && labels.size(1) == input.size(2)
            && labels.size(2) == input.size(3);
    if (!fit) {
      throw new IllegalArgumentException(
          "%s: labels %s and scores %s do not fit, expected [batch, height, width] and [batch, %d, height, width]"
              .formatted(
                  name(),
                  Arrays.toString(labels.shape()),
                  Arrays.toString(input.shape()),
                  classes));
    }
    for (double label : labels.dup('c').data().asDouble()) {
      if (!(label >= IGNORED && label < classes && label == Math.rint(label))) {
        throw new IllegalArgumentException(
            "%s: labels must be the numbers of %d classes, 0 to %d, or %d for pixels that do not count; found %s"
                .formatted(name(), classes, classes - 1, IGNORED, label));
      }
    }
  }

  @Override
  public InputType getOutputType(int index, InputType input) {
    if (!(input instanceof InputType.InputTypeConvolutional scores)
        || scores.getFormat() != CNN2DFormat.NCHW
        || scores.getChannels() != classes) {
      throw new InvalidInputTypeException(
          "%s expects the scores of %d classes, [batch, %d, height, width], but got %s"
              .formatted(name(), classes, classes, input));
    }
    return input;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof PixelCrossEntropy that
        && super.equals(other)
        && classes == that.classes
        && Arrays.equals(weights, that.weights);
  }

  /** From the settings alone: DL4J's own hash of a SameDiff layer differs between equal ones. */
  @Override
  public int hashCode() {
    return Objects.hash(classes, Arrays.hashCode(weights));
  }
}
