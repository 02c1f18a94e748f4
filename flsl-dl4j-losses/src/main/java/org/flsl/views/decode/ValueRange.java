package org.flsl.views.decode;

/**
 * Brings the numbers of an image of more than 8 bits to 0 to 1, so that nothing of their precision
 * is lost and nothing is nearly black.
 *
 * <p>Whole numbers count from 0 to the largest that their bits can hold; of 16 bits as many count
 * as the largest number in the image needs, since cameras and scanners store 10, 12 or 14 bits in
 * 16. Real numbers are left where all lie in 0 to 1; others, and signed ones, run from the smallest
 * to the largest in the image. What is no number becomes the smallest.
 */
final class ValueRange {

  private static final int FEWEST_BITS = 8;

  private ValueRange() {}

  /** Scales unsigned numbers of at most so many bits. */
  static void ofBits(float[] values, int bits) {
    float largest = 0;
    for (float value : values) {
      largest = Math.max(largest, value);
    }
    int used = bits;
    while (used > FEWEST_BITS && largest < 1L << used - 1) {
      used--;
    }
    float scale = (1L << used) - 1;
    for (int i = 0; i < values.length; i++) {
      values[i] /= scale;
    }
  }

  /** Scales real or signed numbers. */
  static void ofReals(float[] values) {
    float smallest = Float.POSITIVE_INFINITY;
    float largest = Float.NEGATIVE_INFINITY;
    for (float value : values) {
      if (Float.isFinite(value)) {
        smallest = Math.min(smallest, value);
        largest = Math.max(largest, value);
      }
    }
    boolean shares = smallest >= 0 && largest <= 1;
    float from = shares ? 0 : smallest;
    float range = shares ? 1 : Math.max(largest - smallest, Float.MIN_NORMAL);
    for (int i = 0; i < values.length; i++) {
      values[i] = Float.isFinite(values[i]) ? (values[i] - from) / range : 0;
    }
  }
}
