package org.flsl.evaluation.detection;

import org.flsl.evaluation.data.LabelledBox;
import org.flsl.evaluation.data.RunLengths;

/** Where an object is in its image: a box or a mask. */
public sealed interface Region {

  /** How many pixels it covers. */
  double area();

  /** How many pixels two regions of the same kind have in common. */
  double common(Region other);

  /**
   * How well a region that was found fits a true one, from 0 to 1: intersection over union; for a
   * crowd, of which a part may be found, intersection over what was found.
   */
  default double overlap(Region truth, boolean isCrowd) {
    double common = common(truth);
    if (!(common > 0)) {
      return 0;
    }
    return common / (isCrowd ? area() : area() + truth.area() - common);
  }

  /**
   * A box as COCO writes it. (Right and lower edge would not give back width and height to the last
   * bit, by which objects are called small or large.)
   */
  record Box(double x, double y, double width, double height) implements Region {

    /** The same box. */
    public static Box of(LabelledBox box) {
      return new Box(box.left(), box.top(), box.right() - box.left(), box.bottom() - box.top());
    }

    @Override
    public double area() {
      return width * height;
    }

    @Override
    public double common(Region other) {
      Box box = (Box) other;
      double across = Math.min(x + width, box.x + box.width) - Math.max(x, box.x);
      double down = Math.min(y + height, box.y + box.height) - Math.max(y, box.y);
      return across <= 0 || down <= 0 ? 0 : across * down;
    }
  }

  /** A mask of the size of its image. */
  record Mask(RunLengths runs) implements Region {

    @Override
    public double area() {
      return runs.area();
    }

    @Override
    public double common(Region other) {
      return runs.common(((Mask) other).runs);
    }
  }
}
