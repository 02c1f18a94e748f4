package org.flsl.arbiter.score;

import java.util.List;
import org.flsl.evaluation.data.LabelledImages;
import org.flsl.views.pixels.RgbImage;

/** Some images of a set. */
class ChosenImages implements LabelledImages {
  private final LabelledImages all;
  private final int[] which;

  /**
   * @param which their indices
   */
  ChosenImages(LabelledImages all, int[] which) {
    this.all = all;
    this.which = which.clone();
  }

  /** The index in the whole set. */
  final int index(int image) {
    return which[image];
  }

  @Override
  public final int size() {
    return which.length;
  }

  @Override
  public final String name(int image) {
    return all.name(which[image]);
  }

  @Override
  public final RgbImage image(int image) {
    return all.image(which[image]);
  }

  @Override
  public final List<String> classes() {
    return all.classes();
  }
}
