package org.flsl.losses.dense;

import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.flsl.layers.TokenTypes;
import org.flsl.layers.dense.DetectionTowers;
import org.flsl.layers.samediff.CompiledLossLayer;
import org.flsl.layers.samediff.Definition;
import org.flsl.layers.samediff.Softplus;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.shade.jackson.annotation.JsonProperty;

/**
 * The loss of a detector that tells the mask of every object (YOLACT): that of {@link
 * DetectionLoss}, and the cross entropy of masks inside of their boxes.
 *
 * <p>A mask is {@code sigmoid(coefficients . prototypes)}; its cross entropy is summed over the
 * cells in the true box, divided by their number, and averaged over the masks of the batch. Input:
 * {@code [B, places, classes + 5 + 5 prototypes]} as {@link DetectionTowers} makes it. Labels:
 * {@code [B, places, classes + 5 + 5 masks]}: those of {@link DetectionLoss}, then, for each of the
 * masks that are learned from in an image, 1 at the place whose coefficients have to tell it, then
 * for each quarter of a place 1 where the mask is, -1 in the rest of its box, 0 outside. A mask of
 * zeros alone does not count.
 */
public final class InstanceLoss extends CompiledLossLayer {
  private static final int PARTS = 1 + DetectionTowers.QUARTERS;

  @JsonProperty private int classes;
  @JsonProperty private int prototypes;
  @JsonProperty private int masks;

  private InstanceLoss() {}

  /**
   * A loss.
   *
   * @param classes of objects
   * @param prototypes of which masks are mixed
   * @param masks that are learned from in an image, at most
   */
  public InstanceLoss(int classes, int prototypes, int masks) {
    if (classes < 1 || prototypes < 1 || masks < 1) {
      throw new IllegalArgumentException(
          "Instance loss: %d classes, %d prototypes and %d masks must be positive"
              .formatted(classes, prototypes, masks));
    }
    this.classes = classes;
    this.prototypes = prototypes;
    this.masks = masks;
  }

  /** Masks that are learned from in an image, at most. */
  public int masks() {
    return masks;
  }

  @Override
  public boolean labelsRequired() {
    return true;
  }

  @Override
  protected SDVariable define(Definition d, SDVariable input) {
    long places = input.getShape()[1];
    int box = classes + DetectionLoss.BOX;
    SDVariable found = input.reshape(-1, width(prototypes));
    SDVariable truth = d.inputs().get(LABELS).reshape(-1, width(masks));
    SDVariable boxes =
        DetectionLoss.of(d, Columns.of(d, found, 0, box), Columns.of(d, truth, 0, box), classes);

    SDVariable coefficients =
        Columns.of(d, found, box, box + prototypes).reshape(-1, places, prototypes);
    SDVariable cells =
        Columns.of(d, found, box + prototypes, width(prototypes))
            .reshape(-1, DetectionTowers.QUARTERS * places, prototypes);
    SDVariable responsible = Columns.of(d, truth, box, box + masks).reshape(-1, places, masks);
    SDVariable target =
        Columns.of(d, truth, box + masks, width(masks))
            .reshape(-1, DetectionTowers.QUARTERS * places, masks);
    return boxes.add(masks(d, logits(d, coefficients, cells, responsible), target));
  }

  /** {@code [B, cells, masks]}. */
  private static SDVariable logits(
      Definition d, SDVariable coefficients, SDVariable cells, SDVariable responsible) {
    SameDiff sd = d.sameDiff();
    SDVariable chosen = sd.mmul(responsible, coefficients, true, false, false);
    return d.withGradient(
        sd.mmul(cells, chosen, false, true, false),
        List.of(coefficients, cells),
        dy ->
            List.of(
                sd.mmul(responsible, sd.mmul(dy, cells, true, false, false)), sd.mmul(dy, chosen)));
  }

  private static SDVariable masks(Definition d, SDVariable logits, SDVariable target) {
    SameDiff sd = d.sameDiff();
    SDVariable inBox = sd.math.abs(target);
    SDVariable area = inBox.sum(true, 1);
    SDVariable wrong = Softplus.apply(d, logits.mul(target).neg()).mul(inBox).sum(true, 1);
    SDVariable one = d.constant(1);
    SDVariable number = sd.math.max(sd.math.min(area, one).sum(), one);
    return wrong.div(sd.math.max(area, one)).sum().div(number);
  }

  /** Numbers of a place with so many prototypes or masks. */
  private int width(int parts) {
    return classes + DetectionLoss.BOX + PARTS * parts;
  }

  @Override
  protected void validateLabels(INDArray input, INDArray labels) {
    boolean fit =
        input.rank() == 3
            && labels.rank() == 3
            && input.size(0) == labels.size(0)
            && input.size(1) == labels.size(1)
            && input.size(2) == width(prototypes)
            && labels.size(2) == width(masks);
    if (!fit) {
      throw new IllegalArgumentException(
          "%s: labels %s and input %s do not fit, expected [batch, places, %d] and [batch, places, %d]; make labels of %d masks for images of the batch's size"
              .formatted(
                  name(),
                  Arrays.toString(labels.shape()),
                  Arrays.toString(input.shape()),
                  width(masks),
                  width(prototypes),
                  masks));
    }
  }

  @Override
  public InputType getOutputType(int index, InputType input) {
    return TokenTypes.expectSequence(name(), input, width(prototypes));
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof InstanceLoss that
        && super.equals(other)
        && classes == that.classes
        && prototypes == that.prototypes
        && masks == that.masks;
  }

  /** From the settings alone: DL4J's own hash of a SameDiff layer differs between equal ones. */
  @Override
  public int hashCode() {
    return Objects.hash(classes, prototypes, masks);
  }
}
