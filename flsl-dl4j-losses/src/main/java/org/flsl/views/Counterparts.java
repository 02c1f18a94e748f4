package org.flsl.views;

import org.flsl.views.pixels.CropBox;

/**
 * Where the tokens of a student's view lie in the teacher's: the same spot of the photograph.
 *
 * <p>The spot is the token's centre. It is read between the centres of the four tokens around it,
 * with bilinear weights; beyond the outermost centres the nearest counts.
 */
final class Counterparts {
  private final int rows;
  private final int columns;
  private final Flip flip;
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
   * @param flip how the view shows it
   */
  Counterparts(ViewConfig config, int view, CropBox box, Flip flip) {
    this.flip = flip;
    QueryWindows windows = config.queryWindows(view);
    rows = windows.gridHeight();
    columns = windows.gridWidth();
    teacherRows = config.globalHeight() / config.patch();
    teacherColumns = config.globalWidth() / config.patch();
    double patch = config.patch();
    top = box.top() / patch - 0.5;
    left = box.left() / patch - 0.5;
    stepDown = box.height() / patch / rows;
    stepRight = box.width() / patch / columns;
  }

  /** Writes the weights of the teacher's tokens, which sum to one, over zeros. */
  void write(int token, float[] weights, int offset) {
    int down = flip.upsideDown() ? rows - 1 - token / columns : token / columns;
    int right = flip.sideways() ? columns - 1 - token % columns : token % columns;
    write(
        within(top + (down + 0.5) * stepDown, teacherRows),
        within(left + (right + 0.5) * stepRight, teacherColumns),
        weights,
        offset);
  }

  private void write(double y, double x, float[] weights, int offset) {
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
