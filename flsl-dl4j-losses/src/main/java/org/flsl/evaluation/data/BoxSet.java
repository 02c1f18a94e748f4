package org.flsl.evaluation.data;

import java.util.List;

/** Images with boxes around the objects in them. */
public interface BoxSet extends LabelledImages {

  /** The boxes of an image, maybe none. */
  List<LabelledBox> boxes(int image);
}
