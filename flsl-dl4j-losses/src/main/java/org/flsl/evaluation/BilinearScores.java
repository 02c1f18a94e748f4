package org.flsl.evaluation;

import org.flsl.layers.TokenGrid;

/**
 * Stretches the scores of a grid of tokens over the pixels of a mask and picks the best class.
 *
 * <p>Bilinear, with pixels and tokens as areas (as PyTorch's {@code interpolate(mode="bilinear",
 * align_corners=False)}).
 */
public final class BilinearScores {
  private final TokenGrid grid;
  private final int classes;

  /** Scores of so many classes for each token of a grid. */
  public BilinearScores(TokenGrid grid, int classes) {
    this.grid = grid;
    this.classes = classes;
  }

  /**
   * For each pixel of an axis the token before it, the one after it, and the weight of the latter.
   */
  private record Axis(int[] before, int[] after, float[] weight) {

    static Axis of(int tokens, int pixels) {
      Axis axis = new Axis(new int[pixels], new int[pixels], new float[pixels]);
      for (int i = 0; i < pixels; i++) {
        double at = Math.max(0, (i + 0.5) * tokens / pixels - 0.5);
        axis.before[i] = Math.min((int) at, tokens - 1);
        axis.after[i] = Math.min(axis.before[i] + 1, tokens - 1);
        axis.weight[i] = (float) (at - axis.before[i]);
      }
      return axis;
    }
  }

  /**
   * The best class of each pixel; the first of equals.
   *
   * @param scores of the tokens of one or more images, {@code classes} numbers a token
   * @param start where this image's scores begin
   * @return row by row
   */
  public int[] best(float[] scores, int start, int height, int width) {
    Axis down = Axis.of(grid.height(), height);
    Axis across = Axis.of(grid.width(), width);
    int[] best = new int[height * width];
    int rowLength = grid.width() * classes;
    float[] row = new float[rowLength];
    for (int y = 0; y < height; y++) {
      int above = start + down.before[y] * rowLength;
      int below = start + down.after[y] * rowLength;
      float weight = down.weight[y];
      for (int i = 0; i < rowLength; i++) {
        row[i] = scores[above + i] + weight * (scores[below + i] - scores[above + i]);
      }
      for (int x = 0; x < width; x++) {
        best[y * width + x] = best(row, across, x);
      }
    }
    return best;
  }

  private int best(float[] row, Axis across, int x) {
    int left = across.before[x] * classes;
    int right = across.after[x] * classes;
    float weight = across.weight[x];
    int best = 0;
    float most = Float.NEGATIVE_INFINITY;
    for (int label = 0; label < classes; label++) {
      float score = row[left + label] + weight * (row[right + label] - row[left + label]);
      if (score > most) {
        most = score;
        best = label;
      }
    }
    return best;
  }
}
