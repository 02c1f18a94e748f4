package org.flsl.evaluation;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.NDArrayIndex;

class StandardisationTest {

  /** Also of vectors that are part of a larger array, and in either order. */
  @Test
  void columnsGetMeanZeroAndDeviationOne() {
    Nd4j.getRandom().setSeed(9);
    INDArray all = Nd4j.randn(DataType.FLOAT, 90, 7).muli(5).addi(100);
    INDArray some = all.get(NDArrayIndex.interval(10, 80), NDArrayIndex.all());
    Standardisation standardisation = Standardisation.of(some);
    for (INDArray same : new INDArray[] {some, some.dup('f'), some.castTo(DataType.DOUBLE)}) {
      INDArray result = standardisation.applied(same);
      assertEquals(0, result.mean(0).amaxNumber().doubleValue(), 1e-4);
      assertEquals(1, result.std(false, 0).minNumber().doubleValue(), 1e-4);
      assertEquals(1, result.std(false, 0).maxNumber().doubleValue(), 1e-4);
    }
  }

  @Test
  void aConstantColumnBecomesZero() {
    INDArray ones = Nd4j.ones(DataType.FLOAT, 5, 2);
    INDArray result = Standardisation.of(ones).applied(ones.mul(1));
    assertEquals(0, result.amaxNumber().doubleValue());
  }
}
