package org.flsl.layers.kernels;

import org.nd4j.nativeblas.NativeOps;
import org.nd4j.nativeblas.NativeOpsHolder;

/**
 * Work whose parallel regions have one thread, so that several such works can run side by side.
 *
 * <p>Kernels that it runs must have been made in such work too, by the same thread.
 */
public final class OneThread {
  private OneThread() {}

  static int threads() {
    return ops().ompGetMaxThreads();
  }

  /** Does the work; OpenMP keeps the number of threads for each thread that calls it. */
  public static void run(Runnable work) {
    int before = threads();
    ops().setOmpNumThreads(1);
    try {
      work.run();
    } finally {
      ops().setOmpNumThreads(before);
    }
  }

  private static NativeOps ops() {
    return NativeOpsHolder.getInstance().getDeviceNativeOps();
  }
}
