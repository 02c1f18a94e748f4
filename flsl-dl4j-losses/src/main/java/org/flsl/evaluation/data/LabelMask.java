package org.flsl.evaluation.data;

import java.util.Arrays;
import org.flsl.layers.TokenGrid;
import org.flsl.views.decode.Orientation;

/**
 * The class of every pixel of an image.
 *
 * <p>Labels lie row by row from the top; each is a class or {@link #IGNORED}. The array is shared,
 * not copied.
 */
public final class LabelMask {

  /** The label of pixels that count nowhere. */
  public static final int IGNORED = -1;

  private final int width;
  private final int height;
  private final int[] labels;
  private final int largest;

  /**
   * Wraps labels.
   *
   * @param labels row by row, {@link #IGNORED} or at least 0
   */
  public LabelMask(int width, int height, int[] labels) {
    if (width < 1 || height < 1 || labels.length != (long) width * height) {
      throw new IllegalArgumentException(
          "A mask of %d x %d pixels cannot have %d labels".formatted(width, height, labels.length));
    }
    int most = IGNORED;
    for (int label : labels) {
      if (label < IGNORED) {
        throw new IllegalArgumentException("A label must be at least 0, got " + label);
      }
      most = Math.max(most, label);
    }
    this.width = width;
    this.height = height;
    this.labels = labels;
    this.largest = most;
  }

  /** Columns. */
  public int width() {
    return width;
  }

  /** Rows. */
  public int height() {
    return height;
  }

  /** The labels themselves, row by row. */
  public int[] labels() {
    return labels;
  }

  /** The label of a pixel. */
  public int label(int x, int y) {
    return labels[y * width + x];
  }

  /** The largest label, or {@link #IGNORED} where there is none. */
  public int largest() {
    return largest;
  }

  /** The mask of the upright photo, if this is that of the photo as stored. */
  LabelMask turned(Orientation orientation) {
    if (orientation.isUpright()) {
      return this;
    }
    int[] upright =
        Arrays.stream(orientation.sources(width, height)).map(pixel -> labels[pixel]).toArray();
    return orientation.exchangesSides()
        ? new LabelMask(height, width, upright)
        : new LabelMask(width, height, upright);
  }

  /**
   * The class of each token when a grid is laid over the whole image: the commonest one among the
   * pixels of its cell, the smaller one of two that are equally common.
   *
   * @return row by row, {@link #IGNORED} for cells without a labelled pixel
   * @throws IllegalArgumentException if the grid is finer than the mask
   */
  public int[] onGrid(TokenGrid grid) {
    if (grid.height() > height || grid.width() > width) {
      throw new IllegalArgumentException(
          "A mask of %d x %d pixels (height x width) is too small for %d x %d tokens"
              .formatted(height, width, grid.height(), grid.width()));
    }
    int[] tokens = new int[grid.tokens()];
    int[] counts = new int[largest + 1];
    for (int row = 0; row < grid.height(); row++) {
      for (int column = 0; column < grid.width(); column++) {
        Arrays.fill(counts, 0);
        count(
            edge(row, height, grid.height()),
            edge(row + 1, height, grid.height()),
            edge(column, width, grid.width()),
            edge(column + 1, width, grid.width()),
            counts);
        tokens[row * grid.width() + column] = commonest(counts);
      }
    }
    return tokens;
  }

  private static int edge(int cell, int pixels, int cells) {
    return (int) ((long) cell * pixels / cells);
  }

  private void count(int top, int bottom, int left, int right, int[] counts) {
    for (int y = top; y < bottom; y++) {
      for (int x = left; x < right; x++) {
        int label = label(x, y);
        if (label != IGNORED) {
          counts[label]++;
        }
      }
    }
  }

  private static int commonest(int[] counts) {
    int commonest = IGNORED;
    int most = 0;
    for (int label = 0; label < counts.length; label++) {
      if (counts[label] > most) {
        most = counts[label];
        commonest = label;
      }
    }
    return commonest;
  }
}
