package org.flsl.evaluation.boxes;

import java.util.stream.IntStream;
import org.flsl.evaluation.data.LabelledBox;
import org.flsl.layers.TokenGrid;

/** Which tokens of a square image a box holds. */
final class BoxTokens {

  /** Patches along either side of a box: their middles divide it evenly. */
  private static final int PARTS = 3;

  /** Patches that stand for a box, however small. */
  static final int PATCHES = PARTS * PARTS;

  private final TokenGrid grid;
  private final double tokenWidth;
  private final double tokenHeight;

  BoxTokens(TokenGrid grid, int side) {
    this.grid = grid;
    this.tokenWidth = (double) side / grid.width();
    this.tokenHeight = (double) side / grid.height();
  }

  /** The tokens whose middles are inside; if there are none, the one in the middle of the box. */
  int[] inside(LabelledBox box) {
    int[] found =
        IntStream.range(0, grid.tokens())
            .filter(
                i -> {
                  double x = (i % grid.width() + 0.5) * tokenWidth;
                  double y = (i / grid.width() + 0.5) * tokenHeight;
                  return box.left() <= x && x < box.right() && box.top() <= y && y < box.bottom();
                })
            .toArray();
    return found.length > 0 ? found : new int[] {at(box, 0.5, 0.5)};
  }

  /** The tokens in the middles of the box's nine equal parts; some may be the same. */
  int[] patches(LabelledBox box) {
    return IntStream.range(0, PATCHES)
        .map(i -> at(box, (i % PARTS + 0.5) / PARTS, (i / PARTS + 0.5) / PARTS))
        .toArray();
  }

  private int at(LabelledBox box, double across, double down) {
    double x = box.left() + across * (box.right() - box.left());
    double y = box.top() + down * (box.bottom() - box.top());
    int column = Math.min(grid.width() - 1, (int) (x / tokenWidth));
    int row = Math.min(grid.height() - 1, (int) (y / tokenHeight));
    return row * grid.width() + column;
  }
}
