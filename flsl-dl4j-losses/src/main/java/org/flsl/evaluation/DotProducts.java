package org.flsl.evaluation;

import java.util.List;
import java.util.Optional;
import org.flsl.layers.kernels.Kernel;
import org.flsl.layers.kernels.KernelLibrary;
import org.flsl.layers.kernels.Operation;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * Products of two matrices by a kernel where there is one, since ND4J's own take five times as long
 * on some processors. All arrays are of float32, in C order and without gaps.
 *
 * <p>Prepared once for matrices of the same shapes, and used by the thread that prepared it.
 */
public final class DotProducts {
  private final boolean ofRows;
  private final Optional<Kernel> kernel;

  private DotProducts(boolean ofRows, long[] a, long[] b) {
    this.ofRows = ofRows;
    this.kernel =
        KernelLibrary.ofThisProcess()
            .map(kernels -> kernels.kernel(new Operation.Product(!ofRows, ofRows), List.of(a, b)));
  }

  /**
   * Dot products of rows with rows, {@code a b^T}: {@code [n, m]} of {@code [n, width]} and {@code
   * [m, width]}.
   */
  public static DotProducts ofRows(long n, long m, long width) {
    return new DotProducts(true, new long[] {n, width}, new long[] {m, width});
  }

  /**
   * Dot products of columns with columns, {@code a^T b}: {@code [n, m]} of {@code [height, n]} and
   * {@code [height, m]}.
   */
  public static DotProducts ofColumns(long n, long m, long height) {
    return new DotProducts(false, new long[] {height, n}, new long[] {height, m});
  }

  /** Multiplies {@code a} and {@code b} and writes to {@code products}. */
  public void write(INDArray a, INDArray b, INDArray products) {
    if (kernel.isPresent()) {
      kernel.get().bindInput(0, a);
      kernel.get().bindInput(1, b);
      kernel.get().bindOutput(0, products);
      kernel.get().run();
    } else {
      // OpenBLAS serves one caller at a time, and others spin until it is their turn.
      synchronized (DotProducts.class) {
        // BLAS knows columns only: what it takes for [m, n] are our [n, m].
        Nd4j.gemm(b.transpose(), a.transpose(), products.transpose(), ofRows, !ofRows, 1, 0);
      }
    }
  }
}
