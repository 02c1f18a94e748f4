package org.flsl.downstream.detection;

import org.flsl.downstream.data.Placement;
import org.flsl.evaluation.data.BinaryMask;
import org.flsl.evaluation.data.LabelledBox;
import org.flsl.evaluation.data.RunLengths;
import org.flsl.layers.TokenGrid;
import org.flsl.views.pixels.CropBox;

/**
 * How the cells of prototype masks lie in an image: four in each place of a detector's finest
 * level.
 *
 * @param finest the places of that level
 * @param side of a cell in pixels of the image as it enters the network
 */
record PrototypeCells(TokenGrid finest, double side) {

  static PrototypeCells of(DetectionLevels levels) {
    DetectionLevels.Level finest = levels.levels().get(0);
    return new PrototypeCells(finest.grid(), finest.stride() / 2);
  }

  int rows() {
    return 2 * finest.height();
  }

  int columns() {
    return 2 * finest.width();
  }

  /** The place that a cell is part of. */
  int place(int row, int column) {
    return row / 2 * finest.width() + column / 2;
  }

  /** Which part of its place a cell is. */
  static int quarter(int row, int column) {
    return 2 * (row % 2) + column % 2;
  }

  /** Of the middle of the cells in a row or column, in pixels of the image. */
  double middle(int cell) {
    return (cell + 0.5) * side;
  }

  /**
   * The mask that the values of cells draw in a photo: where they are positive, bilinearly between
   * their middles, inside of a box.
   *
   * @param logits row by row
   * @param box in pixels of the photo
   * @param placement of the photo in the image
   */
  RunLengths mask(double[] logits, LabelledBox box, Placement placement) {
    CropBox photo = placement.source();
    // The pixels that the box touches, at least one: only they are drawn.
    int left = Math.min((int) box.left(), photo.width() - 1);
    int top = Math.min((int) box.top(), photo.height() - 1);
    int width = Math.max(1, (int) Math.ceil(box.right()) - left);
    int height = Math.max(1, (int) Math.ceil(box.bottom()) - top);
    boolean[] inside = new boolean[width * height];
    for (int y = 0; y < height; y++) {
      double middleY = top + y + 0.5;
      double row = clamped(placement.y(middleY) / side - 0.5, rows());
      for (int x = 0; x < width; x++) {
        double middleX = left + x + 0.5;
        double column = clamped(placement.x(middleX) / side - 0.5, columns());
        // A pixel is in a box if its middle is.
        boolean isInBox =
            middleX >= box.left()
                && middleX < box.right()
                && middleY >= box.top()
                && middleY < box.bottom();
        inside[y * width + x] = isInBox && at(logits, row, column) > 0;
      }
    }
    return RunLengths.of(
        new BinaryMask(width, height, inside), left, top, photo.width(), photo.height());
  }

  private static double clamped(double at, int cells) {
    return Math.max(0, Math.min(cells - 1, at));
  }

  private double at(double[] logits, double row, double column) {
    int above = (int) row;
    int before = (int) column;
    int below = Math.min(above + 1, rows() - 1);
    int behind = Math.min(before + 1, columns() - 1);
    double across = column - before;
    double upper =
        logits[above * columns() + before] * (1 - across)
            + logits[above * columns() + behind] * across;
    double lower =
        logits[below * columns() + before] * (1 - across)
            + logits[below * columns() + behind] * across;
    return upper * (1 - (row - above)) + lower * (row - above);
  }
}
