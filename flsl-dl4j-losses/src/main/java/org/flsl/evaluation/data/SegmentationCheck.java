package org.flsl.evaluation.data;

import org.flsl.views.decode.ImageDecoder;
import org.flsl.views.pixels.Image;

/** Reads all of a set once, so that bad files show before minutes of computing and not after. */
public final class SegmentationCheck {
  private SegmentationCheck() {}

  /**
   * Checks every image and mask.
   *
   * @param decoder to the channels that a network takes
   * @return which classes there are, and how often
   * @throws DatasetException if one cannot be read or a mask has another size than its image, or
   *     fewer than two classes occur, which leaves nothing to tell apart
   */
  public static LabelCounts all(SegmentationSet set, ImageDecoder decoder) {
    LabelCounts counts = LabelCounts.of(set.size(), i -> pair(set, i, decoder));
    int[] labels = counts.labels();
    if (labels.length < 2) {
      throw new DatasetException(
          "%s in the masks of %d images, such as %s, where %.1f%% of the pixels do not count; expected at least two classes: is one of them stored as the value that is ignored, as 255 in black-and-white masks?"
              .formatted(
                  labels.length == 0
                      ? "No class occurs"
                      : "Only the class \"%s\" occurs".formatted(set.classes().get(labels[0])),
                  set.size(),
                  set.name(0),
                  100 * counts.share(LabelMask.IGNORED)));
    }
    return counts;
  }

  private static LabelMask pair(SegmentationSet set, int i, ImageDecoder decoder) {
    Image image = set.image(i, decoder);
    LabelMask mask = set.mask(i);
    if (mask.width() != image.width() || mask.height() != image.height()) {
      throw new DatasetException(
          "The mask of %s has %d x %d pixels and the image %d x %d (width x height); expected the same"
              .formatted(set.name(i), mask.width(), mask.height(), image.width(), image.height()));
    }
    return mask;
  }
}
