package org.flsl.views.pixels;

/**
 * Which source positions make each target position of a bicubic resize along one axis, and with
 * which weights.
 *
 * <p>The kernel is the cubic of Keys with a = -0.5. When the axis shrinks, the kernel is stretched
 * by the same factor (antialiasing). Weights are 22-bit fixed point and sum to about one, exactly
 * as in Pillow's {@code Image.resize}.
 */
final class BicubicWeights {

  /** Bits after the point: 32, less 8 for the pixel and 2 for sums beyond 0..255. */
  static final int FRACTION_BITS = 32 - 8 - 2;

  private static final double A = -0.5;
  private static final double KERNEL_RADIUS = 2.0;

  /** Upper bound of the number of source positions of one target position. */
  final int maxTaps;

  /** First source position of each target position. */
  final int[] first;

  /** Number of source positions of each target position. */
  final int[] taps;

  /** The weights of target position t start at {@code t * maxTaps}. */
  final int[] weights;

  BicubicWeights(int sourceSize, int targetSize) {
    double scale = (double) sourceSize / targetSize;
    double stretch = Math.max(scale, 1.0);
    double radius = KERNEL_RADIUS * stretch;
    maxTaps = (int) Math.ceil(radius) * 2 + 1;
    first = new int[targetSize];
    taps = new int[targetSize];
    weights = new int[targetSize * maxTaps];

    double[] exact = new double[maxTaps];
    for (int target = 0; target < targetSize; target++) {
      double centre = (target + 0.5) * scale;
      int from = Math.max((int) (centre - radius + 0.5), 0);
      int count = Math.min((int) (centre + radius + 0.5), sourceSize) - from;
      double sum = 0;
      for (int k = 0; k < count; k++) {
        exact[k] = kernel((from + k - centre + 0.5) / stretch);
        sum += exact[k];
      }
      first[target] = from;
      taps[target] = count;
      for (int k = 0; k < count; k++) {
        weights[target * maxTaps + k] = fixedPoint(sum == 0 ? exact[k] : exact[k] / sum);
      }
    }
  }

  private static double kernel(double x) {
    double distance = Math.abs(x);
    if (distance < 1.0) {
      return ((A + 2.0) * distance - (A + 3.0)) * distance * distance + 1.0;
    }
    if (distance < 2.0) {
      return (((distance - 5.0) * distance + 8.0) * distance - 4.0) * A;
    }
    return 0.0;
  }

  private static int fixedPoint(double weight) {
    double scaled = weight * (1 << FRACTION_BITS);
    return (int) (scaled < 0 ? scaled - 0.5 : scaled + 0.5);
  }
}
