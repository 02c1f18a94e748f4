package org.flsl.losses.dense;

import org.flsl.layers.samediff.Definition;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;

/**
 * One minus the generalised intersection over union of two boxes around the same place.
 *
 * <p>{@code 1 - I / U + (C - U) / C}, with C the smallest box around both; as torchvision's {@code
 * generalized_box_iou_loss}. It does not depend on the unit of lengths.
 */
final class GeneralisedIou {
  private static final double EPS = 1e-7;

  private GeneralisedIou() {}

  /**
   * The loss of each pair.
   *
   * @param predicted distances of the place to the left, upper, right and lower edge, {@code [n,
   *     4]}, not negative
   * @param target the same of the true box
   * @return {@code [n, 1]}
   */
  static SDVariable loss(Definition d, SDVariable predicted, SDVariable target) {
    SameDiff sd = d.sameDiff();
    SDVariable both = area(d, sd.math.min(predicted, target));
    SDVariable around = area(d, sd.math.max(predicted, target));
    SDVariable union = area(d, predicted).add(area(d, target)).sub(both);
    SDVariable overlap = both.div(union.add(EPS));
    return around.sub(union).div(around.add(EPS)).sub(overlap).add(1);
  }

  private static SDVariable area(Definition d, SDVariable edges) {
    SDVariable width = Columns.of(d, edges, 0, 1).add(Columns.of(d, edges, 2, 3));
    SDVariable height = Columns.of(d, edges, 1, 2).add(Columns.of(d, edges, 3, 4));
    return width.mul(height);
  }
}
