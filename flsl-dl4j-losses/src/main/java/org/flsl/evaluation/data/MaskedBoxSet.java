package org.flsl.evaluation.data;

import java.util.List;

/** Boxes and masks of images whose objects are known already. */
interface MaskedBoxSet extends BoxSet {

  /** The objects of an image. */
  MaskedObjects objects(int image);

  @Override
  default List<LabelledBox> boxes(int image) {
    return objects(image).boxes();
  }

  @Override
  default List<LabelledBox> ignored(int image) {
    return objects(image).ignored();
  }

  @Override
  default List<RunLengths> masks(int image) {
    return objects(image).masks();
  }
}
