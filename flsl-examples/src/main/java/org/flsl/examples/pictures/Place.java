package org.flsl.examples.pictures;

/**
 * A pixel of a photo.
 *
 * @param x from the left
 * @param y from the top
 */
public record Place(int x, int y) {

  /** Refuses negative numbers. */
  public Place {
    if (x < 0 || y < 0) {
      throw new IllegalArgumentException(
          "A place in a photo is x,y from its corner, got " + x + "," + y);
    }
  }

  @Override
  public String toString() {
    return x + "," + y;
  }
}
