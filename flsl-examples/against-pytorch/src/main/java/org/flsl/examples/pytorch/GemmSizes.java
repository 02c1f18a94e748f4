package org.flsl.examples.pytorch;

import java.util.List;
import org.flsl.examples.benchmark.Timing;

/** The products {@code [rows, inner] x [inner, columns]} in which the peak is looked for. */
final class GemmSizes {
  private static final int WARMUP = 5;
  private static final int COUNTED = 20;

  record Size(long rows, long inner, long columns) {
    private double gflops() {
      return 2e-9 * rows * inner * columns;
    }
  }

  /** Makes the product of one size, to be run again and again. */
  interface Product {
    Runnable of(Size size);
  }

  private static final List<Size> SIZES =
      List.of(
          new Size(784, 384, 1536),
          new Size(3136, 384, 1536),
          new Size(3136, 1536, 384),
          new Size(1024, 1024, 1024),
          new Size(2048, 2048, 2048));

  private GemmSizes() {}

  static double best(Product product) {
    return SIZES.stream()
        .mapToDouble(size -> size.gflops() / Timing.of(WARMUP, COUNTED, product.of(size)).min())
        .max()
        .orElseThrow();
  }
}
