package org.flsl.evaluation.data;

import java.util.List;
import org.flsl.views.decode.ImageDecoder;
import org.flsl.views.pixels.Image;

/** Some images of a set. */
public class ChosenImages implements LabelledImages {
  private final LabelledImages all;
  private final int[] which;

  /**
   * Chooses.
   *
   * @param which their indices
   */
  public ChosenImages(LabelledImages all, int[] which) {
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
  public final Image image(int image, ImageDecoder decoder) {
    return all.image(which[image], decoder);
  }

  @Override
  public final String leftOut() {
    return all.leftOut();
  }

  @Override
  public final List<String> classes() {
    return all.classes();
  }
}
