package org.flsl.layers.vit;

import org.flsl.layers.TokenGrid;

/**
 * Bicubic resampling of a table of positions to another grid, as a matrix.
 *
 * <p>As in the published model, the sampling coordinates use the scale {@code (n + 0.1) / m} for a
 * change from m to n positions, not {@code n / m}: weights that were trained with one do not fit
 * the other (the tables differ by up to 0.22). The kernel is the cubic convolution with a = -0.75;
 * positions outside the grid are clamped to its border.
 */
final class BicubicGrid {
  private static final double A = -0.75;
  private static final double NUDGE = 0.1;

  private BicubicGrid() {}

  /**
   * The matrix R with {@code positions(to) = R positions(from)}.
   *
   * @return {@code [to.tokens][from.tokens]}; the identity if the grids are equal
   */
  static double[][] matrix(TokenGrid from, TokenGrid to) {
    double[][] rows = axis(from.height(), to.height(), from.equals(to));
    double[][] columns = axis(from.width(), to.width(), from.equals(to));
    double[][] matrix = new double[to.tokens()][from.tokens()];
    for (int y = 0; y < to.height(); y++) {
      for (int x = 0; x < to.width(); x++) {
        double[] out = matrix[y * to.width() + x];
        for (int v = 0; v < from.height(); v++) {
          for (int u = 0; u < from.width(); u++) {
            out[v * from.width() + u] = rows[y][v] * columns[x][u];
          }
        }
      }
    }
    return matrix;
  }

  private static double[][] axis(int from, int to, boolean identity) {
    double[][] weights = new double[to][from];
    for (int i = 0; i < to; i++) {
      if (identity) {
        weights[i][i] = 1;
        continue;
      }
      double position = (i + 0.5) * from / (to + NUDGE) - 0.5;
      int left = (int) Math.floor(position);
      for (int tap = -1; tap <= 2; tap++) {
        int source = Math.min(Math.max(left + tap, 0), from - 1);
        weights[i][source] += kernel(position - (left + tap));
      }
    }
    return weights;
  }

  private static double kernel(double distance) {
    double d = Math.abs(distance);
    if (d <= 1) {
      return ((A + 2) * d - (A + 3)) * d * d + 1;
    }
    return d < 2 ? ((A * d - 5 * A) * d + 8 * A) * d - 4 * A : 0;
  }
}
