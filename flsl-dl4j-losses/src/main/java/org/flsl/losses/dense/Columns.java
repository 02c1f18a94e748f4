package org.flsl.losses.dense;

import org.flsl.layers.samediff.Definition;
import org.nd4j.autodiff.samediff.SDVariable;

/** Some columns of a matrix. */
final class Columns {
  private Columns() {}

  /** Those from {@code from} to before {@code to}. */
  static SDVariable of(Definition d, SDVariable rows, long from, long to) {
    return d.sameDiff()
        .stridedSlice(
            rows, new long[] {0, from}, new long[] {0, to}, new long[] {1, 1}, 1, 1, 0, 0, 0);
  }
}
