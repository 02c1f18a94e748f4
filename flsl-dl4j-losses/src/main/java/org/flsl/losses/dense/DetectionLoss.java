package org.flsl.losses.dense;

import java.util.Arrays;
import java.util.Objects;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.flsl.layers.TokenTypes;
import org.flsl.layers.samediff.CompiledLossLayer;
import org.flsl.layers.samediff.Definition;
import org.flsl.layers.samediff.Softplus;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.shade.jackson.annotation.JsonProperty;

/**
 * The loss of an anchor-free detector (FCOS): what is at every place, and where its edges are.
 *
 * <p>{@code (sum focal + sum GIoU + sum centerness) / places with an object}: focal loss of the
 * classes at all places that count, and at those with an object the GIoU loss of the box and the
 * cross entropy of the centerness {@code sqrt(min(l, r) / max(l, r) * min(t, b) / max(t, b))}. (Its
 * target is known before the training, unlike that of a predicted quality: it learns from the first
 * step on.) Input: {@code [B, places, classes + 5]} as {@link
 * org.flsl.layers.dense.DetectionTowers} makes it. Labels: {@code [B, places, classes + 5]}: one
 * for the class of the place's object, the distances of its edges in the unit of the input's, all
 * zero where there is no object; and last 1 for a place that counts, 0 for one that is ignored.
 */
public final class DetectionLoss extends CompiledLossLayer {
  private static final int EDGES = 4;

  /** Numbers of a place beside those of the classes, in input and labels. */
  public static final int BOX = EDGES + 1;

  @JsonProperty private int classes;

  private DetectionLoss() {}

  /** The loss of so many classes. */
  public DetectionLoss(int classes) {
    if (classes < 1) {
      throw new IllegalArgumentException(
          "Detection loss: at least one class is needed, got " + classes);
    }
    this.classes = classes;
  }

  @Override
  public boolean labelsRequired() {
    return true;
  }

  @Override
  protected SDVariable define(Definition d, SDVariable input) {
    return of(
        d,
        input.reshape(-1, classes + BOX),
        d.inputs().get(LABELS).reshape(-1, classes + BOX),
        classes);
  }

  /** The loss of places, one in each row of both. */
  static SDVariable of(Definition d, SDVariable found, SDVariable truth, int classes) {
    SameDiff sd = d.sameDiff();
    SDVariable isClass = Columns.of(d, truth, 0, classes);
    SDVariable edges = Columns.of(d, truth, classes, classes + EDGES);
    SDVariable counts = Columns.of(d, truth, classes + EDGES, classes + BOX);
    SDVariable isObject = isClass.sum(true, 1).mul(counts);
    SDVariable objects = sd.math.max(isObject.sum(), d.constant(1));

    SDVariable focal = FocalLoss.apply(d, Columns.of(d, found, 0, classes), isClass).mul(counts);
    SDVariable box = GeneralisedIou.loss(d, Columns.of(d, found, classes, classes + EDGES), edges);
    SDVariable logit = Columns.of(d, found, classes + EDGES, classes + BOX);
    SDVariable centre = Softplus.apply(d, logit).sub(logit.mul(centerness(d, edges)));
    return focal.sum().add(box.add(centre).mul(isObject).sum()).div(objects);
  }

  private static SDVariable centerness(Definition d, SDVariable edges) {
    SDVariable across = ratio(d, edges, 0);
    SDVariable down = ratio(d, edges, 1);
    return d.sameDiff().math.sqrt(across.mul(down));
  }

  /** Of the nearer edge to the farther one; 0 where there is no box. */
  private static SDVariable ratio(Definition d, SDVariable edges, int first) {
    SameDiff sd = d.sameDiff();
    SDVariable before = Columns.of(d, edges, first, first + 1);
    SDVariable behind = Columns.of(d, edges, first + 2, first + 3);
    SDVariable farther = sd.math.max(sd.math.max(before, behind), d.constant(Float.MIN_NORMAL));
    return sd.math.min(before, behind).div(farther);
  }

  @Override
  protected void validateLabels(INDArray input, INDArray labels) {
    boolean fit =
        input.rank() == 3
            && input.size(2) == classes + BOX
            && Arrays.equals(input.shape(), labels.shape());
    if (!fit) {
      throw new IllegalArgumentException(
          "%s: labels %s and input %s do not fit, expected [batch, places, %d] of both; make labels for images of the batch's size"
              .formatted(
                  name(),
                  Arrays.toString(labels.shape()),
                  Arrays.toString(input.shape()),
                  classes + BOX));
    }
  }

  @Override
  public InputType getOutputType(int index, InputType input) {
    return TokenTypes.expectSequence(name(), input, classes + (long) BOX);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof DetectionLoss that && super.equals(other) && classes == that.classes;
  }

  /** From the settings alone: DL4J's own hash of a SameDiff layer differs between equal ones. */
  @Override
  public int hashCode() {
    return Objects.hash(classes);
  }
}
