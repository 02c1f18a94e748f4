package org.flsl.evaluation;

import java.nio.FloatBuffer;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.concurrency.AffinityManager;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** Brings numbers to the Java heap at the speed of memory; ND4J's own way takes them one by one. */
public final class HeapCopy {
  private HeapCopy() {}

  /** The numbers of an array in C order. */
  public static float[] of(INDArray array) {
    INDArray plain = array.castTo(DataType.FLOAT);
    if (plain.isView() || plain.ordering() != 'c') {
      plain = plain.dup('c');
    }
    float[] numbers = new float[Math.toIntExact(plain.length())];
    buffer(plain).get(numbers);
    return numbers;
  }

  /** The memory of an array that owns it, in its own order; a new buffer with each call. */
  public static FloatBuffer buffer(INDArray array) {
    Nd4j.getAffinityManager().ensureLocation(array, AffinityManager.Location.HOST);
    return array.data().asNioFloat();
  }
}
