package org.flsl.evaluation.video;

import org.flsl.evaluation.data.BinaryMask;

/** DAVIS's region measure, J: the intersection of two masks over their union. */
final class RegionSimilarity {

  private RegionSimilarity() {}

  /**
   * {@code J = |truth and found| / |truth or found|}, 1 for two empty masks.
   *
   * @throws IllegalArgumentException if the sizes differ
   */
  public static double of(BinaryMask truth, BinaryMask found) {
    truth.requireSizeOf(found);
    int both = 0;
    int either = 0;
    for (int i = 0; i < truth.inside().length; i++) {
      both += truth.inside()[i] && found.inside()[i] ? 1 : 0;
      either += truth.inside()[i] || found.inside()[i] ? 1 : 0;
    }
    return either == 0 ? 1 : (double) both / either;
  }
}
