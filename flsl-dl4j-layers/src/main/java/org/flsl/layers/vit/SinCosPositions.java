package org.flsl.layers.vit;

import java.util.function.IntToDoubleFunction;
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
    double[][] across = axis(grid.width(), width, column -> column);
    double[][] down = axis(grid.height(), width, row -> row);
    double[][] table = new double[grid.tokens()][width];
    for (int token = 0; token < table.length; token++) {
      System.arraycopy(across[token % grid.width()], 0, table[token], 0, width / 2);
      System.arraycopy(down[token / grid.width()], 0, table[token], width / 2, width / 2);
    }
    return table;
  }

  /**
   * The half of the table that tells the place along one axis.
   *
   * @param place where each token of the axis is
   * @return {@code [tokens][width / 2]}, sines first
   */
  static double[][] axis(int tokens, int width, IntToDoubleFunction place) {
    int quarter = width / 4;
    double[][] axis = new double[tokens][2 * quarter];
    for (int i = 0; i < quarter; i++) {
      double omega = Math.pow(BASE, -(double) i / quarter);
      for (int token = 0; token < tokens; token++) {
        axis[token][i] = Math.sin(place.applyAsDouble(token) * omega);
        axis[token][quarter + i] = Math.cos(place.applyAsDouble(token) * omega);
      }
    }
    return axis;
  }
}
