package org.flsl.layers.vit;

import org.flsl.layers.TokenGrid;

/**
 * The fixed two-dimensional sine-cosine table of positions.
 *
 * <p>Each token gets {@code [sin(x w), cos(x w), sin(y w), cos(y w)]} with its column x first, then
 * its row y, and {@code w_i = 10000^(-i / (C/4))}, {@code i = 0 .. C/4 - 1}.
 */
final class SinCosPositions {
  private static final double BASE = 10_000;

  private SinCosPositions() {}

  /**
   * The table.
   *
   * @param width C, a multiple of 4
   * @return {@code [tokens][width]}
   * @throws IllegalArgumentException if the width is no multiple of 4
   */
  static double[][] table(TokenGrid grid, int width) {
    if (width % 4 != 0) {
      throw new IllegalArgumentException(
          "Sine-cosine positions need a width that is a multiple of 4, got " + width);
    }
    int quarter = width / 4;
    double[][] table = new double[grid.tokens()][width];
    for (int row = 0; row < grid.height(); row++) {
      for (int column = 0; column < grid.width(); column++) {
        double[] token = table[row * grid.width() + column];
        for (int i = 0; i < quarter; i++) {
          double omega = Math.pow(BASE, -(double) i / quarter);
          token[i] = Math.sin(column * omega);
          token[quarter + i] = Math.cos(column * omega);
          token[2 * quarter + i] = Math.sin(row * omega);
          token[3 * quarter + i] = Math.cos(row * omega);
        }
      }
    }
    return table;
  }
}
