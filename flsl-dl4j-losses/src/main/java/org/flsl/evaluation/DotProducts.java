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
 */
public final class DotProducts {
  private static final Operation ROWS = new Operation.Product(false, true);
  private static final Operation COLUMNS = new Operation.Product(true, false);

  private DotProducts() {}

  /**
   * Dot products of rows with rows, {@code a b^T}.
   *
   * @param a {@code [n, width]}
   * @param b {@code [m, width]}
   * @param products {@code [n, m]}, written to
   */
  public static void of(INDArray a, INDArray b, INDArray products) {
    if (!byKernel(ROWS, a, b, products)) {
      // BLAS knows columns only: what it takes for [m, n] are our [n, m].
      Nd4j.gemm(b.transpose(), a.transpose(), products.transpose(), true, false, 1, 0);
    }
  }

  /**
   * Dot products of columns with columns, {@code a^T b}.
   *
   * @param a {@code [height, n]}
   * @param b {@code [height, m]}
   * @param products {@code [n, m]}, written to
   */
  public static void ofColumns(INDArray a, INDArray b, INDArray products) {
    if (!byKernel(COLUMNS, a, b, products)) {
      Nd4j.gemm(b.transpose(), a.transpose(), products.transpose(), false, true, 1, 0);
    }
  }

  private static boolean byKernel(Operation product, INDArray a, INDArray b, INDArray products) {
    Optional<KernelLibrary> library = KernelLibrary.ofThisProcess();
    library.ifPresent(
        kernels -> {
          Kernel kernel = kernels.kernel(product, List.of(a.shape(), b.shape()));
          kernel.bindInput(0, a);
          kernel.bindInput(1, b);
          kernel.bindOutput(0, products);
          kernel.run();
        });
    return library.isPresent();
  }
}
