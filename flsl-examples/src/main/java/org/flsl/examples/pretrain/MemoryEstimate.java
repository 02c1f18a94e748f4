package org.flsl.examples.pretrain;

import java.lang.management.ManagementFactory;
import org.flsl.layers.vit.VitConfig;
import org.flsl.views.QueryWindows;
import org.flsl.views.ViewConfig;

/**
 * How much memory a training takes, from counts of what it keeps.
 *
 * <p>The factors are fitted to measured peaks of the process (ViT-S/16 with the paper's views: 2.1
 * GB at a batch of 4, 2.8 GB at 8); expect it to be off by a fifth.
 */
final class MemoryEstimate {
  private static final double FLOAT = Float.BYTES;
  private static final double PROGRAM = 450e6;

  /** Student, teacher, gradient, two moments, and what clipping and update take on the way. */
  private static final double COPIES_OF_PARAMETERS = 8.5;

  /** Arrays as wide as the tokens that a block keeps for its backward pass, besides its MLP's. */
  private static final double WIDE_ARRAYS = 11;

  /** Arrays as wide as the MLP's hidden layer. */
  private static final double HIDDEN_ARRAYS = 4;

  private static final double ATTENTION_ARRAYS = 3;

  private MemoryEstimate() {}

  /**
   * Peak memory of the process in bytes.
   *
   * @param parameters of the student
   */
  static double bytes(long parameters, VitConfig vit, ViewConfig views, int batch) {
    double tokens = 0;
    double pairs = 0;
    for (int view = 1; view < views.views(); view++) {
      QueryWindows grid = views.queryWindows(view);
      tokens += grid.tokens();
      pairs += (double) grid.tokens() * grid.tokens();
    }
    double wide = tokens * vit.width() * (WIDE_ARRAYS + HIDDEN_ARRAYS * vit.mlpRatio());
    double attention = ATTENTION_ARRAYS * vit.heads() * pairs;
    return PROGRAM
        + FLOAT * COPIES_OF_PARAMETERS * parameters
        + FLOAT * batch * vit.depth() * (wide + attention);
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
