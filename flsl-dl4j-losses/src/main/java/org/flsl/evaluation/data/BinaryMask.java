package org.flsl.evaluation.data;

import java.util.function.IntPredicate;

/**
 * Which pixels of an image belong to something, row by row from the top.
 *
 * <p>The array is shared, not copied.
 *
 * @param width columns
 * @param height rows
 * @param inside a value for every pixel
 */
public record BinaryMask(int width, int height, boolean[] inside) {

  /** Refuses arrays of another length. */
  public BinaryMask {
    if (width < 1 || height < 1 || inside.length != (long) width * height) {
      throw new IllegalArgumentException(
          "A mask of %d x %d pixels cannot have %d values".formatted(width, height, inside.length));
    }
  }

  /** The pixels of a mask whose label passes a test. */
  public static BinaryMask of(LabelMask mask, IntPredicate test) {
    int[] labels = mask.labels();
    boolean[] inside = new boolean[labels.length];
    for (int i = 0; i < labels.length; i++) {
      inside[i] = test.test(labels[i]);
    }
    return new BinaryMask(mask.width(), mask.height(), inside);
  }

  /**
   * Checks that two masks can be compared.
   *
   * @throws IllegalArgumentException if the sizes differ
   */
  public void requireSizeOf(BinaryMask other) {
    if (width != other.width || height != other.height) {
      throw new IllegalArgumentException(
          "Masks of %d x %d and %d x %d pixels (width x height) cannot be compared"
              .formatted(width, height, other.width, other.height));
    }
  }

  /** How many pixels are inside. */
  public int area() {
    int area = 0;
    for (boolean pixel : inside) {
      area += pixel ? 1 : 0;
    }
    return area;
  }

  /** Writes a label at every pixel that is inside. */
  void paint(int label, int[] labels) {
    for (int i = 0; i < inside.length; i++) {
      if (inside[i]) {
        labels[i] = label;
      }
    }
  }
}
