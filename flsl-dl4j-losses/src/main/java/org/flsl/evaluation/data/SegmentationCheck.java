package org.flsl.evaluation.data;

import java.util.stream.IntStream;
import org.flsl.views.decode.ImageDecoder;
import org.flsl.views.pixels.Image;

/** Reads all of a set once, so that bad files show before minutes of computing and not after. */
final class SegmentationCheck {
  private SegmentationCheck() {}

  /**
   * Checks every image and mask.
   *
   * @throws DatasetException if one cannot be read or a mask has another size than its image
   */
  static void all(SegmentationSet set, ImageDecoder decoder) {
    IntStream.range(0, set.size()).parallel().forEach(i -> pair(set, i, decoder));
  }

  private static void pair(SegmentationSet set, int i, ImageDecoder decoder) {
    Image image = set.image(i, decoder);
    LabelMask mask = set.mask(i);
    if (mask.width() != image.width() || mask.height() != image.height()) {
      throw new DatasetException(
          "The mask of %s has %d x %d pixels and the image %d x %d (height x width); expected the same"
              .formatted(set.name(i), mask.height(), mask.width(), image.height(), image.width()));
    }
  }
}
