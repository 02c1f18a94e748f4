package org.flsl.evaluation.data;

import java.util.Arrays;
import java.util.List;
import org.flsl.views.decode.ImageDecoder;
import org.flsl.views.pixels.Image;

/**
 * A set with some of its classes only, numbered anew: those that occur, where a data set names many
 * more. A classifier then has no outputs, and k-means no clusters, for what is nowhere to be seen.
 */
public final class ClassSubset implements SegmentationSet {
  private final SegmentationSet all;
  private final int[] labels;

  /**
   * Takes classes out of a set.
   *
   * @param labels ascending; others must not occur in its masks
   */
  public ClassSubset(SegmentationSet all, int[] labels) {
    this.all = all;
    this.labels = labels.clone();
  }

  @Override
  public int size() {
    return all.size();
  }

  @Override
  public String name(int image) {
    return all.name(image);
  }

  @Override
  public Image image(int image, ImageDecoder decoder) {
    return all.image(image, decoder);
  }

  @Override
  public LabelMask mask(int image) {
    LabelMask mask = all.mask(image);
    int[] renumbered =
        Arrays.stream(mask.labels())
            .map(label -> label == LabelMask.IGNORED ? label : Arrays.binarySearch(labels, label))
            .toArray();
    return new LabelMask(mask.width(), mask.height(), renumbered);
  }

  @Override
  public List<String> classes() {
    return Arrays.stream(labels).mapToObj(all.classes()::get).toList();
  }

  @Override
  public int stored(int label) {
    return all.stored(labels[label]);
  }
}
