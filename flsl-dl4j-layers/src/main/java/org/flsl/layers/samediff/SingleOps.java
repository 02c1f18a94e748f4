package org.flsl.layers.samediff;

import java.util.Arrays;
import java.util.List;
import org.flsl.layers.kernels.Operation;
import org.nd4j.autodiff.functions.DifferentialFunction;
import org.nd4j.linalg.api.ops.impl.reduce.Mmul;
import org.nd4j.linalg.api.ops.impl.shape.Permute;
import org.nd4j.linalg.api.ops.impl.transforms.custom.SoftMax;

/** The ops of ND4J that are what a kernel computes by themselves. */
final class SingleOps {
  private SingleOps() {}

  /** The operation that {@code op} is on inputs of these shapes, null if it is none. */
  static Operation operation(DifferentialFunction op, List<long[]> inputs) {
    int rank = inputs.isEmpty() ? 0 : inputs.get(0).length;
    if (op instanceof Mmul mmul && rank >= 2 && sameBatch(inputs.get(0), inputs.get(1))) {
      long[] transpose = Arrays.copyOf(mmul.iArgs(), 3);
      return transpose[2] != 0 ? null : new Operation.Product(transpose[0] != 0, transpose[1] != 0);
    }
    if (op instanceof SoftMax softmax && rank >= 2) {
      long axis = softmax.iArgs().length == 0 ? rank - 1 : softmax.iArgs()[0];
      return Math.floorMod(axis, rank) == rank - 1 ? new Operation.Softmax() : null;
    }
    if (op instanceof Permute permute && permute.iArgs().length == rank) {
      return new Operation.Permutation(
          Arrays.stream(permute.iArgs()).mapToObj(axis -> (int) axis).toList());
    }
    return null;
  }

  private static boolean sameBatch(long[] left, long[] right) {
    int rank = left.length;
    return rank == right.length && Arrays.equals(left, 0, rank - 2, right, 0, rank - 2);
  }
}
