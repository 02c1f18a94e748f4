package org.flsl.layers.samediff;

import java.util.Arrays;
import java.util.List;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.api.ops.BaseReduceOp;
import org.nd4j.linalg.api.ops.DynamicCustomOp;
import org.nd4j.linalg.api.ops.impl.reduce.floating.Mean;
import org.nd4j.linalg.api.ops.impl.reduce.same.Sum;
import org.nd4j.linalg.factory.Nd4j;

/**
 * A sum or mean along the first or the last axis as the product of a matrix with a constant vector.
 *
 * <p>Sums over rows are the gradients of biases, means over columns are in every layer norm. BLAS
 * runs through the matrix in memory order and takes a tenth (rows) or a third (columns) of the time
 * of ND4J's own reduction.
 *
 * @param vector the constant factor
 * @param vectorFirst whether it stands on the left
 * @param matrix the input's shape as a matrix
 * @param result the output's shape as a matrix
 */
record MatrixSums(INDArray vector, boolean vectorFirst, long[] matrix, long[] result) {

  /** The product that computes {@code step}; null if the step is no such sum. */
  static MatrixSums of(Program.OpStep step, long[] inputShape, DataType dataType) {
    if (!(step.op() instanceof Sum || step.op() instanceof Mean) || inputShape.length < 2) {
      return null;
    }
    int[] axes = ((BaseReduceOp) step.op()).getDimensions();
    if (axes == null || axes.length != 1) {
      return null;
    }
    boolean first = axes[0] == 0 && inputShape.length == 2;
    boolean last = axes[0] == inputShape.length - 1;
    if (!first && !last) {
      return null;
    }
    long columns = inputShape[inputShape.length - 1];
    long rows = Arrays.stream(inputShape).reduce(1, Math::multiplyExact) / columns;
    long summed = first ? rows : columns;
    double weight = step.op() instanceof Mean ? 1.0 / summed : 1;
    long[] vectorShape = first ? new long[] {1, rows} : new long[] {columns, 1};
    long[] result = first ? new long[] {1, columns} : new long[] {rows, 1};
    INDArray vector = Nd4j.valueArrayOf(vectorShape, weight, dataType);
    return new MatrixSums(vector, first, new long[] {rows, columns}, result);
  }

  /** Shapes of the factors of the product. */
  List<long[]> factors() {
    return vectorFirst ? List.of(vector.shape(), matrix) : List.of(matrix, vector.shape());
  }

  static DynamicCustomOp product() {
    return DynamicCustomOp.builder("matmul")
        .addIntegerArguments(0, 0, 0)
        .addFloatingPointArguments(1.0, 0.0)
        .build();
  }
}
