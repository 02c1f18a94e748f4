package org.flsl.layers.kernels;

import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * One computation on arrays of fixed shapes, ready to run as often as needed.
 *
 * <p>Arrays are bound once and stay bound; they are bound again only where they have moved. They
 * lie in C order without gaps.
 */
public interface Kernel {

  /** Lets {@link #run} read input {@code index} from {@code array}. */
  void bindInput(int index, INDArray array);

  /** Lets {@link #run} write output {@code index} into {@code array}, which overlaps no input. */
  void bindOutput(int index, INDArray array);

  /**
   * Elements of memory that {@link #run} needs besides inputs and outputs. Where it is not zero, an
   * array of that length is bound as the output after the last; nobody reads it.
   */
  default long scratch() {
    return 0;
  }

  /** Computes all outputs. */
  void run();
}
