package org.flsl.examples.doctor;

import java.util.List;
import org.flsl.layers.kernels.Kernel;
import org.flsl.layers.kernels.KernelLibrary;
import org.flsl.layers.kernels.Operation;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.api.ops.CustomOp;
import org.nd4j.linalg.api.ops.DynamicCustomOp;
import org.nd4j.linalg.factory.Nd4j;

/**
 * How fast a linear layer is: the first one of an MLP of ViT-S, for four images and their views.
 */
final class ProductRate implements AutoCloseable {
  private static final int ROWS = 1072;
  private static final int IN = 384;
  private static final int OUT = 1536;

  private final double seconds;
  private final INDArray x = Nd4j.rand(DataType.FLOAT, ROWS, IN);
  private final INDArray weights = Nd4j.rand(DataType.FLOAT, IN, OUT);
  private final INDArray bias = Nd4j.rand(DataType.FLOAT, OUT);
  private final INDArray y = Nd4j.createUninitialized(DataType.FLOAT, ROWS, OUT);

  /**
   * @param seconds that each of the rates takes to measure
   */
  ProductRate(double seconds) {
    this.seconds = seconds;
  }

  /** That of ND4J's op, which computes it where there are no kernels, in GFLOP/s. */
  double nd4j() {
    CustomOp linear =
        DynamicCustomOp.builder("xw_plus_b").addInputs(x, weights, bias).addOutputs(y).build();
    return best(() -> Nd4j.exec(linear));
  }

  /** That of kernels, in GFLOP/s. */
  double of(KernelLibrary library) {
    Kernel kernel =
        library.kernel(new Operation.Linear(), List.of(x.shape(), weights.shape(), bias.shape()));
    kernel.bindInput(0, x);
    kernel.bindInput(1, weights);
    kernel.bindInput(2, bias);
    kernel.bindOutput(0, y);
    if (kernel.scratch() == 0) {
      return best(kernel::run);
    }
    try (INDArray scratch = Nd4j.createUninitialized(DataType.FLOAT, kernel.scratch())) {
      kernel.bindOutput(1, scratch);
      return best(kernel::run);
    }
  }

  /** The best of many: what else runs on the machine makes others slower. */
  private double best(Runnable product) {
    product.run();
    long shortest = Long.MAX_VALUE;
    long begin = System.nanoTime();
    do {
      long start = System.nanoTime();
      product.run();
      shortest = Math.min(shortest, System.nanoTime() - start);
    } while (System.nanoTime() - begin < seconds * 1e9);
    return 2.0 * ROWS * IN * OUT / shortest;
  }

  @Override
  public void close() {
    List.of(x, weights, bias, y).forEach(INDArray::close);
  }
}
