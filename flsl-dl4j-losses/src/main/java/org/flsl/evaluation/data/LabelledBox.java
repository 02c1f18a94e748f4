package org.flsl.evaluation.data;

import org.flsl.views.decode.Orientation;

/**
 * An upright rectangle around an object, in pixels of its image.
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

  /**
   * The box in the upright photo, if this is one in the photo as stored.
   *
   * @param width of the stored photo
   * @param height of the stored photo
   */
  LabelledBox turned(Orientation orientation, double width, double height) {
    double[] a = orientation.upright(left, top, width, height);
    double[] b = orientation.upright(right, bottom, width, height);
    return new LabelledBox(
        category,
        Math.min(a[0], b[0]),
        Math.min(a[1], b[1]),
        Math.max(a[0], b[0]),
        Math.max(a[1], b[1]));
  }

  /** What of the box is inside an image; without area where nothing is. */
  public LabelledBox clipped(double width, double height) {
    return new LabelledBox(
        category,
        within(left, width),
        within(top, height),
        within(right, width),
        within(bottom, height));
  }

  private static double within(double at, double most) {
    return Math.max(0, Math.min(most, at));
  }

  /** The same around an object of another class. */
  public LabelledBox of(int other) {
    return new LabelledBox(other, left, top, right, bottom);
  }

  /** Whether a point lies in it; of its edges the left and the upper one do. */
  public boolean contains(double x, double y) {
    return left <= x && x < right && top <= y && y < bottom;
  }

  /** Width times height. */
  public double area() {
    return (right - left) * (bottom - top);
  }
}
