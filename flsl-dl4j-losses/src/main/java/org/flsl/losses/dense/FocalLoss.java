package org.flsl.losses.dense;

import org.flsl.layers.samediff.Definition;
import org.flsl.layers.samediff.Softplus;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;

/**
 * Focal loss of independent classes: cross entropy in which what is told well already counts
 * little.
 *
 * <p>{@code a_t (1 - p_t)^2 (-log p_t)}, with {@code p_t} the probability of what is true and
 * {@code a_t} 0.25 where the class is there, else 0.75; as torchvision's {@code
 * sigmoid_focal_loss}.
 */
final class FocalLoss {
  private static final double ALPHA = 0.25;

  private FocalLoss() {}

  /**
   * The loss of each element.
   *
   * @param logits of the classes
   * @param targets 1 where a class is there, else 0, in the same shape
   */
  static SDVariable apply(Definition d, SDVariable logits, SDVariable targets) {
    SameDiff sd = d.sameDiff();
    // The logit of what is false: minus the logit where the class is there.
    SDVariable wrong = logits.mul(targets.mul(-2).add(1));
    SDVariable weight = targets.mul(2 * ALPHA - 1).add(1 - ALPHA);
    return Softplus.apply(d, wrong).mul(sd.math.square(sd.nn.sigmoid(wrong))).mul(weight);
  }
}
