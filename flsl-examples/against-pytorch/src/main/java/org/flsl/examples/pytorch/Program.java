package org.flsl.examples.pytorch;

import java.io.IOException;
import java.nio.file.Path;
import java.util.function.DoubleSupplier;

/** One of the two programs that are compared. */
interface Program {

  /**
   * Prepares the work.
   *
   * @param data weights and images
   * @return runs it once and gives the loss
   */
  DoubleSupplier prepare(Work work, Case setting, Path data) throws IOException;

  /** Best rate of matrix products of several sizes, in GFLOP/s. */
  double gemmPeak();

  /** What computes, with its version. */
  String library();
}
