package org.flsl.examples.train;

import java.util.stream.IntStream;
import org.flsl.views.EpochOrder;

/** A share of labelled images, drawn by seed, of which a smaller one is a part. */
final class LabelShare {
  /** An epoch that no training comes to: the draw is apart from the order of its images. */
  private static final int EPOCH = Integer.MAX_VALUE;

  private LabelShare() {}

  /**
   * Draws images, at least one.
   *
   * @param percentage of them
   * @return their indices, ascending
   */
  static int[] chosen(int images, double percentage, long seed) {
    int count = (int) Math.max(1, Math.round(images * percentage / 100));
    EpochOrder order = new EpochOrder(seed, EPOCH, images);
    return IntStream.range(0, count).map(order::image).sorted().toArray();
  }
}
