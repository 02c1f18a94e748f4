package org.flsl.examples.pretrain;

import java.lang.management.ManagementFactory;
import org.flsl.training.TrainingMemory;

/**
 * How much memory the process of a training takes, from what its layers plan to place.
 *
 * <p>What comes on top is measured: see docs/performance.md.
 */
final class MemoryEstimate {
  /** JVM, native libraries, images that are being prepared. */
  private static final double PROGRAM = 345e6;

  /** Of the weights' size: clipping, the update, and the copy that is exported at the end. */
  private static final double COPIES_OF_WEIGHTS = 0.45;

  /** Of the step's size: views on their way to it, and what Java has not yet collected. */
  private static final double SLACK = 0.3;

  private MemoryEstimate() {}

  /** Peak memory of the process in bytes. */
  static double bytes(TrainingMemory planned) {
    return PROGRAM + (1 + COPIES_OF_WEIGHTS) * planned.weights() + (1 + SLACK) * planned.step();
  }

  /** Memory of this machine, or of the container that this process is limited to, in bytes. */
  static double ofThisMachine() {
    return ManagementFactory.getPlatformMXBean(com.sun.management.OperatingSystemMXBean.class)
        .getTotalMemorySize();
  }

  /** Bytes as people say them. */
  static String words(double bytes) {
    return "%.1f GB".formatted(bytes / 1e9);
  }
}
