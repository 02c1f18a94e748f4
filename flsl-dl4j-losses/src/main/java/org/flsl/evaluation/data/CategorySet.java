package org.flsl.evaluation.data;

/** Images with a single class each. */
public interface CategorySet extends LabelledImages {

  /** The class of an image, an index into {@link #classes()}. */
  int category(int image);
}
