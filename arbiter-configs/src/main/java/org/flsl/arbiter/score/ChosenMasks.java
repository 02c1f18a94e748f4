package org.flsl.arbiter.score;

import org.flsl.evaluation.data.LabelMask;
import org.flsl.evaluation.data.SegmentationSet;

/** Some images of a set with their masks. */
final class ChosenMasks extends ChosenImages implements SegmentationSet {
  private final SegmentationSet all;

  /**
   * @param which their indices
   */
  ChosenMasks(SegmentationSet all, int[] which) {
    super(all, which);
    this.all = all;
  }

  @Override
  public LabelMask mask(int image) {
    return all.mask(index(image));
  }
}
