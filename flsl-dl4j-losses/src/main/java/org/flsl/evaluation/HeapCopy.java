package org.flsl.evaluation;

import java.nio.FloatBuffer;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.concurrency.AffinityManager;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * Brings numbers to the Java heap and back at the speed of memory; ND4J's own way takes them one by
 * one.
 */
public final class HeapCopy {
  private HeapCopy() {}

  /** The numbers of an array in C order. */
  public static float[] of(INDArray array) {
    INDArray plain = plain(array);
    float[] numbers = new float[Math.toIntExact(plain.length())];
    buffer(plain).get(numbers);
    return numbers;
  }

  /** The same numbers in an array of float32, in C order, that owns its memory. */
  static INDArray plain(INDArray array) {
    INDArray single = array.castTo(DataType.FLOAT);
    return single.isView() || single.ordering() != 'c' ? single.dup('c') : single;
  }

  /** The memory of an array that owns it, in its own order; a new buffer with each call. */
  public static FloatBuffer buffer(INDArray array) {
    Nd4j.getAffinityManager().ensureLocation(array, AffinityManager.Location.HOST);
    return array.data().asNioFloat();
  }

  /** As {@link #buffer}, of an array whose numbers are about to be written there. */
  public static FloatBuffer target(INDArray array) {
    Nd4j.getAffinityManager().tagLocation(array, AffinityManager.Location.HOST);
    return array.data().asNioFloat();
  }
}
