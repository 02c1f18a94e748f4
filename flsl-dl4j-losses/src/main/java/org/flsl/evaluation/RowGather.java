package org.flsl.evaluation;

import java.nio.FloatBuffer;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * Brings rows of a matrix together, time and again in the same memory, by the thread that asks:
 * ND4J takes new memory and wakes all threads.
 */
final class RowGather implements AutoCloseable {
  private final FloatBuffer from;
  private final INDArray gathered;
  private final FloatBuffer to;
  private final int width;

  /**
   * Prepares.
   *
   * @param matrix of float32, in C order, owner of its memory
   * @param most how many rows are asked for at a time
   */
  RowGather(INDArray matrix, int most) {
    this.width = Math.toIntExact(matrix.size(1));
    this.from = HeapCopy.buffer(matrix);
    this.gathered = Nd4j.create(DataType.FLOAT, most, width);
    this.to = HeapCopy.target(gathered);
  }

  /**
   * The rows {@code rows[start]} to before {@code rows[end]}.
   *
   * @return {@code [most, width]}, changed by the next call; rows beyond those asked for are older
   *     ones
   */
  INDArray of(int[] rows, int start, int end) {
    for (int i = start; i < end; i++) {
      to.put((i - start) * width, from, Math.multiplyExact(rows[i], width), width);
    }
    return gathered;
  }

  @Override
  public void close() {
    gathered.close();
  }
}
