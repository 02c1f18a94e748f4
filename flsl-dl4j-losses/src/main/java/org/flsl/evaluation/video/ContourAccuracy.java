package org.flsl.evaluation.video;

import java.util.Arrays;
import org.flsl.evaluation.data.BinaryMask;

/**
 * DAVIS's contour measure, F: how much of two outlines lies close to the other one.
 *
 * <p>With precision P, the part of the found outline within r pixels of the true one, and recall R,
 * the part of the true one within r pixels of the found one, {@code F = 2 P R / (P + R)}; r is
 * 0.008 of the image's diagonal, rounded up, and distances are Euclidean. Two masks without an
 * outline have F 1, one without and one with 0.
 */
final class ContourAccuracy {

  private static final double TOLERANCE = 0.008;

  private ContourAccuracy() {}

  /**
   * F of two masks.
   *
   * @throws IllegalArgumentException if the sizes differ
   */
  public static double of(BinaryMask truth, BinaryMask found) {
    truth.requireSizeOf(found);
    int radius = (int) Math.ceil(TOLERANCE * Math.hypot(truth.width(), truth.height()));
    BinaryMask trueContour = contour(truth);
    BinaryMask foundContour = contour(found);
    int trueLength = trueContour.area();
    int foundLength = foundContour.area();
    if (trueLength == 0 || foundLength == 0) {
      return trueLength == foundLength ? 1 : 0;
    }
    double precision = (double) common(foundContour, dilated(trueContour, radius)) / foundLength;
    double recall = (double) common(trueContour, dilated(foundContour, radius)) / trueLength;
    return precision + recall == 0 ? 0 : 2 * precision * recall / (precision + recall);
  }

  /** Pixels that differ from the one to the right, below, or right below; the border repeats. */
  private static BinaryMask contour(BinaryMask mask) {
    int width = mask.width();
    int height = mask.height();
    boolean[] inside = mask.inside();
    boolean[] contour = new boolean[inside.length];
    for (int y = 0; y < height; y++) {
      int row = y * width;
      int below = Math.min(y + 1, height - 1) * width;
      for (int x = 0; x < width; x++) {
        int right = Math.min(x + 1, width - 1);
        boolean here = inside[row + x];
        contour[row + x] =
            here != inside[row + right]
                || here != inside[below + x]
                || here != inside[below + right];
      }
    }
    return new BinaryMask(width, height, contour);
  }

  /** Pixels within a distance of a mask. */
  private static boolean[] dilated(BinaryMask mask, int radius) {
    int width = mask.width();
    int height = mask.height();
    boolean[] dilated = new boolean[mask.inside().length];
    for (int dy = -radius; dy <= radius; dy++) {
      int reach = (int) Math.sqrt(radius * radius - dy * dy);
      for (int y = Math.max(0, -dy); y < Math.min(height, height - dy); y++) {
        for (int x = 0; x < width; x++) {
          if (mask.inside()[y * width + x]) {
            int row = (y + dy) * width;
            int from = Math.max(0, x - reach);
            int to = Math.min(width, x + reach + 1);
            Arrays.fill(dilated, row + from, row + to, true);
          }
        }
      }
    }
    return dilated;
  }

  private static int common(BinaryMask contour, boolean[] near) {
    int common = 0;
    for (int i = 0; i < near.length; i++) {
      common += contour.inside()[i] && near[i] ? 1 : 0;
    }
    return common;
  }
}
