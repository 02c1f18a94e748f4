package org.flsl.evaluation;

import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/** Scales vectors to length one; those of length zero stay. */
public final class UnitLength {
  private static final double TINY = 1e-12;

  private UnitLength() {}

  /** A scaled copy of {@code [n, width]}. */
  public static INDArray rows(INDArray vectors) {
    INDArray copy = vectors.castTo(DataType.FLOAT).dup('c');
    return copy.diviColumnVector(copy.norm2(1).addi(TINY));
  }
}
