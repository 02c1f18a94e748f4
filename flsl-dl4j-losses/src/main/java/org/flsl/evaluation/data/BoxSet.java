package org.flsl.evaluation.data;

import java.util.List;

/** Images with boxes around the objects in them. */
public interface BoxSet extends LabelledImages {

  /** The boxes of an image, maybe none. */
  List<LabelledBox> boxes(int image);

  /**
   * Where it is not known what is in an image, such as crowds and objects that are hard to
   * recognise: neither found nor missed there. Their classes may mean nothing.
   */
  default List<LabelledBox> ignored(int image) {
    return List.of();
  }

  /**
   * The pixels of the objects in an image: of those in {@link #boxes}, then of those in {@link
   * #ignored}, in their order; none where the set knows boxes alone.
   */
  default List<RunLengths> masks(int image) {
    return List.of();
  }
}
