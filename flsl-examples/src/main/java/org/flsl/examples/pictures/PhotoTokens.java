package org.flsl.examples.pictures;

import org.flsl.evaluation.UnitLength;
import org.flsl.layers.TokenGrid;
import org.flsl.views.pixels.Image;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * A photo and the tokens that a network makes of it.
 *
 * @param photo as it was decoded, of any size
 * @param grid how the tokens lie over the whole photo
 * @param tokens {@code [grid.tokens(), width]}, row by row
 */
public record PhotoTokens(Image photo, TokenGrid grid, INDArray tokens) {

  /** The tokens scaled to length one. */
  public INDArray units() {
    return UnitLength.rows(tokens);
  }

  /**
   * The token at a place of the photo.
   *
   * @throws IllegalArgumentException outside of the photo
   */
  public int tokenAt(Place place) {
    if (place.x() >= photo.width() || place.y() >= photo.height()) {
      throw new IllegalArgumentException(
          "%s lies outside of the photo, which is %d x %d pixels (width x height)"
              .formatted(place, photo.width(), photo.height()));
    }
    int column = place.x() * grid.width() / photo.width();
    int row = place.y() * grid.height() / photo.height();
    return row * grid.width() + column;
  }

  /** The middle of a token in the photo. */
  public Place placeOf(int token) {
    int column = token % grid.width();
    int row = token / grid.width();
    return new Place(
        (2 * column + 1) * photo.width() / (2 * grid.width()),
        (2 * row + 1) * photo.height() / (2 * grid.height()));
  }
}
