package org.flsl.evaluation.data;

import java.util.List;

/** Some images of a set with their boxes. */
public class ChosenBoxes extends ChosenImages implements BoxSet {
  private final BoxSet all;

  /**
   * Chooses.
   *
   * @param which their indices
   */
  public ChosenBoxes(BoxSet all, int[] which) {
    super(all, which);
    this.all = all;
  }

  @Override
  public final List<LabelledBox> boxes(int image) {
    return all.boxes(index(image));
  }

  @Override
  public final List<LabelledBox> ignored(int image) {
    return all.ignored(index(image));
  }

  @Override
  public final List<RunLengths> masks(int image) {
    return all.masks(index(image));
  }
}
