package org.flsl.examples.pretrain;

import java.lang.management.ManagementFactory;

/** How much memory a training takes, from what its layers plan to place. */
final class MemoryEstimate {
  /** JVM, native libraries, and the images that are being prepared. */
  private static final double PROGRAM = 0;

  private MemoryEstimate() {}

  /**
   * Peak memory of the process in bytes.
   *
   * @param planned memory for the numbers of a step
   * @param parameters of the student
   */
  static double bytes(long planned, long parameters) {
    return PROGRAM + planned;
  }

  /** Memory of this machine, or of the container that this process is limited to, in bytes. */
  static double ofThisMachine() {
    return ManagementFactory.getPlatformMXBean(com.sun.management.OperatingSystemMXBean.class)
        .getTotalMemorySize();
  }

  /** Bytes as people say them. */
  static String words(double bytes) {
    return "%.3f GB".formatted(bytes / 1e9);
  }
}
