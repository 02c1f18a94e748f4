package org.flsl.layers.kernels;

/** In which numbers the factors of products are; everything else is float32. */
public enum Precision {
  /** As the arrays are. */
  FLOAT32,
  /**
   * Rounded to bfloat16, which has float32's range and 8 bits of precision; products are summed in
   * float32. For processors that have instructions for it.
   */
  BF16
}
