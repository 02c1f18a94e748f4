package org.flsl.views;

import java.util.Arrays;
import java.util.random.RandomGenerator;

/**
 * Chooses the query tokens of one view: one token in each square window of its grid.
 *
 * <p>The grid of tokens is tiled with windows; the token is the window's top-left one, or a random
 * one. Where the grid is no multiple of the window, the tiled part lies in one of the four corners,
 * drawn at random each time (published {@code _sampling_mask}). Height and width are treated
 * separately, so the grid need not be square.
 *
 * @param gridHeight rows of tokens
 * @param gridWidth columns of tokens
 * @param window side of a window, in tokens
 * @param randomToken whether the token in each window is random, or always the top-left one
 */
public record QueryWindows(int gridHeight, int gridWidth, int window, boolean randomToken) {

  /** Checks that at least one window fits. */
  public QueryWindows {
    if (window < 1) {
      throw new IllegalArgumentException(
          "A query window needs a side of at least 1, got " + window);
    }
    if (window > gridHeight || window > gridWidth) {
      throw new IllegalArgumentException(
          ("A query window of %dx%d tokens does not fit into a view of %dx%d tokens:"
                  + " choose a smaller window or a larger view")
              .formatted(window, window, gridHeight, gridWidth));
    }
  }

  /** How many tokens {@link #draw} chooses. */
  public int count() {
    return (gridHeight / window) * (gridWidth / window);
  }

  /** Tokens of the view. */
  public int tokens() {
    return gridHeight * gridWidth;
  }

  /** Chooses the tokens: ascending indices into the row-major grid. */
  public int[] draw(RandomGenerator random) {
    int rows = gridHeight / window;
    int columns = gridWidth / window;
    int top = random.nextBoolean() ? gridHeight - rows * window : 0;
    int left = random.nextBoolean() ? gridWidth - columns * window : 0;
    int[] chosen = new int[rows * columns];
    for (int i = 0; i < chosen.length; i++) {
      int inside = randomToken ? random.nextInt(window * window) : 0;
      int y = top + i / columns * window + inside / window;
      int x = left + i % columns * window + inside % window;
      chosen[i] = y * gridWidth + x;
    }
    // The published code selects with a mask, hence in the order of the tokens.
    Arrays.sort(chosen);
    return chosen;
  }
}
