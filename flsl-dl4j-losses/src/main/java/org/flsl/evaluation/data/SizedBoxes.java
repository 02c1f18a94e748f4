package org.flsl.evaluation.data;

import java.util.List;

/** Some images of a set with their boxes, whose sizes are known without reading them again. */
public final class SizedBoxes extends ChosenBoxes {
  private final List<ImageSize> sizes;

  /**
   * Chooses.
   *
   * @param which their indices
   * @param sizes of these images, in their order
   */
  SizedBoxes(BoxSet all, int[] which, List<ImageSize> sizes) {
    super(all, which);
    this.sizes = List.copyOf(sizes);
  }

  /** Height and width of an image as it is read: upright. */
  public ImageSize imageSize(int image) {
    return sizes.get(image);
  }
}
