package org.flsl.evaluation.data;

/**
 * An upright rectangle around an object, in pixels of its image as it is stored.
 *
 * <p>Edges lie between pixels: the left upper pixel alone is the box from 0, 0 to 1, 1.
 *
 * @param category the object's class, an index into {@link LabelledImages#classes()}
 */
public record LabelledBox(int category, double left, double top, double right, double bottom) {

  /** Refuses boxes turned inside out. */
  public LabelledBox {
    if (category < 0 || !(left <= right) || !(top <= bottom)) {
      throw new IllegalArgumentException(
          "A box needs a class of at least 0 and left <= right, top <= bottom, got class %d, %s, %s, %s, %s"
              .formatted(category, left, top, right, bottom));
    }
  }

  /** Width times height. */
  public double area() {
    return (right - left) * (bottom - top);
  }
}
