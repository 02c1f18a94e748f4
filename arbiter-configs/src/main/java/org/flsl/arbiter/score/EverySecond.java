package org.flsl.arbiter.score;

import java.util.List;
import org.flsl.evaluation.data.LabelMask;
import org.flsl.evaluation.data.SegmentationSet;
import org.flsl.views.decode.ImageDecoder;
import org.flsl.views.pixels.Image;

/**
 * Every second image of a set.
 *
 * @param first 0 or 1
 */
record EverySecond(SegmentationSet all, int first) implements SegmentationSet {
  @Override
  public int size() {
    return (all.size() + 1 - first) / 2;
  }

  private int index(int image) {
    return 2 * image + first;
  }

  @Override
  public String name(int image) {
    return all.name(index(image));
  }

  @Override
  public Image image(int image, ImageDecoder decoder) {
    return all.image(index(image), decoder);
  }

  @Override
  public List<String> classes() {
    return all.classes();
  }

  @Override
  public LabelMask mask(int image) {
    return all.mask(index(image));
  }
}
