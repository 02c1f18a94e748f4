package org.flsl.evaluation.data;

/** Some images of a set with their masks. */
public final class ChosenMasks extends ChosenImages implements SegmentationSet {
  private final SegmentationSet all;

  /**
   * Chooses.
   *
   * @param which their indices
   */
  public ChosenMasks(SegmentationSet all, int[] which) {
    super(all, which);
    this.all = all;
  }

  @Override
  public LabelMask mask(int image) {
    return all.mask(index(image));
  }

  @Override
  public int stored(int label) {
    return all.stored(label);
  }
}
