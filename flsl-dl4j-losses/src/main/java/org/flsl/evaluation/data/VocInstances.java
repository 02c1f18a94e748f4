package org.flsl.evaluation.data;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.flsl.views.decode.ImageDecoder;
import org.flsl.views.pixels.Image;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Objects that one mask of an image numbers and another one classes, as PASCAL VOC has them. */
final class VocInstances implements MaskedBoxSet {
  private static final Logger LOG = LoggerFactory.getLogger(VocInstances.class);

  private final SegmentationSet classed;
  private final List<MaskedObjects> objects;

  private VocInstances(SegmentationSet classed, List<MaskedObjects> objects) {
    this.classed = classed;
    this.objects = objects;
  }

  /**
   * Reads all masks.
   *
   * @param source what the set is called in messages
   * @param classed classes of pixels, the first of which is the background
   * @param numbered numbers of objects, from 1
   * @throws DatasetException if masks of an image differ in size, or there is no object
   */
  static VocInstances of(Object source, SegmentationSet classed, MaskFiles numbered) {
    Unusable without = new Unusable();
    List<MaskedObjects> objects = new ArrayList<>();
    int all = 0;
    for (int image = 0; image < classed.size(); image++) {
      LabelMask classes = classed.mask(image);
      LabelMask numbers = numbered.upright(image);
      if (classes.width() != numbers.width() || classes.height() != numbers.height()) {
        throw new DatasetException(
            "The mask of objects %s has %d x %d pixels (width x height), that of classes %d x %d: expected the same of both"
                .formatted(
                    numbered.files().get(image),
                    numbers.width(),
                    numbers.height(),
                    classes.width(),
                    classes.height()));
      }
      List<MaskedObjects.Masked> ofImage = new ArrayList<>();
      for (int number : present(numbers)) {
        BinaryMask mask = BinaryMask.of(numbers, label -> label == number);
        int category = commonest(classes, mask);
        if (category > 0) {
          ofImage.add(new MaskedObjects.Masked(category - 1, mask, true));
        } else {
          without.add("object %d of %s".formatted(number, classed.name(image)));
        }
        all++;
      }
      objects.add(MaskedObjects.of(ofImage));
    }
    if (without.count() == all) {
      throw new DatasetException(
          "None of the %d objects in the masks of %s has a class: expected numbers from 1 in SegmentationObject, and classes from 1 at the same pixels of SegmentationClass"
              .formatted(all, source));
    }
    without.warn(LOG, source, "objects without a class, left out", all);
    return new VocInstances(classed, objects);
  }

  private static int[] present(LabelMask numbers) {
    return IntStream.of(numbers.labels()).filter(label -> label > 0).distinct().sorted().toArray();
  }

  /** Of the pixels in a mask that have a class; the background if there is none. */
  private static int commonest(LabelMask classes, BinaryMask mask) {
    int[] counts = new int[Math.max(0, classes.largest()) + 1];
    for (int i = 0; i < mask.inside().length; i++) {
      if (mask.inside()[i] && classes.labels()[i] > 0) {
        counts[classes.labels()[i]]++;
      }
    }
    return IntStream.range(1, counts.length)
        .filter(label -> counts[label] > 0)
        .reduce((a, b) -> counts[b] > counts[a] ? b : a)
        .orElse(0);
  }

  @Override
  public int size() {
    return classed.size();
  }

  @Override
  public String name(int image) {
    return classed.name(image);
  }

  @Override
  public Image image(int index, ImageDecoder decoder) {
    Image image = classed.image(index, decoder);
    for (RunLengths mask : masks(index)) {
      if (!mask.fits(image.width(), image.height())) {
        throw new DatasetException(
            "%s has %d x %d pixels (width x height), but its masks have %d x %d: take the images that they were made for"
                .formatted(
                    name(index), image.width(), image.height(), mask.width(), mask.height()));
      }
    }
    return image;
  }

  @Override
  public String leftOut() {
    return classed.leftOut();
  }

  /** All but the background. */
  @Override
  public List<String> classes() {
    return classed.classes().subList(1, classed.classes().size());
  }

  @Override
  public MaskedObjects objects(int image) {
    return objects.get(image);
  }
}
