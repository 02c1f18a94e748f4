package org.flsl.views;

import org.flsl.views.pixels.CropBox;

/**
 * Where the tokens of a student's view lie in the teacher's: the same spot of the photograph.
 *
 * <p>The spot is the token's centre. It is read between the centres of the four tokens around it,
 * with bilinear weights; beyond the outermost centres the nearest counts.
 */
final class Counterparts {
  private final int columns;
  private final boolean mirrored;
  private final int teacherRows;
  private final int teacherColumns;
  private final double top;
  private final double left;
  private final double stepDown;
  private final double stepRight;

  /**
   * Counterparts of a view.
   *
   * @param box the part of the teacher's view that the view shows
   * @param mirrored whether it shows it turned over, left to right
   */
  Counterparts(ViewConfig config, int view, CropBox box, boolean mirrored) {
    this.mirrored = mirrored;
    QueryWindows windows = config.queryWindows(view);
    columns = windows.gridWidth();
    teacherRows = config.globalHeight() / config.patch();
    teacherColumns = config.globalWidth() / config.patch();
    double patch = config.patch();
    top = box.top() / patch - 0.5;
    left = box.left() / patch - 0.5;
    stepDown = box.height() / patch / windows.gridHeight();
    stepRight = box.width() / patch / windows.gridWidth();
  }

  /** Writes the weights of the teacher's tokens, which sum to one, over zeros. */
  void write(int token, float[] weights, int offset) {
    double y = within(top + (token / columns + 0.5) * stepDown, teacherRows);
    int column = mirrored ? columns - 1 - token % columns : token % columns;
    double x = within(left + (column + 0.5) * stepRight, teacherColumns);
    int row = Math.min((int) y, Math.max(0, teacherRows - 2));
    int first = Math.min((int) x, Math.max(0, teacherColumns - 2));
    double down = y - row;
    double right = x - first;
    add(weights, offset, row, first, (1 - down) * (1 - right));
    add(weights, offset, row, first + 1, (1 - down) * right);
    add(weights, offset, row + 1, first, down * (1 - right));
    add(weights, offset, row + 1, first + 1, down * right);
  }

  private static double within(double place, int tokens) {
    return Math.max(0, Math.min(tokens - 1, place));
  }

  private void add(float[] weights, int offset, int row, int column, double weight) {
    if (weight > 0) {
      weights[offset + row * teacherColumns + column] += (float) weight;
    }
  }
}
