package org.flsl.layers;

/**
 * How the tokens of one image lie: row by row, {@code height * width} of them.
 *
 * @param height rows
 * @param width tokens in a row
 */
public record TokenGrid(int height, int width) {

  /** Refuses empty grids. */
  public TokenGrid {
    if (height < 1 || width < 1) {
      throw new IllegalArgumentException(
          "A token grid needs at least one row and one column, got " + height + " x " + width);
    }
  }

  /** A square grid. */
  public static TokenGrid square(int side) {
    return new TokenGrid(side, side);
  }

  /**
   * The grid of an image cut into square patches.
   *
   * @throws IllegalArgumentException if the patch does not divide the image
   */
  public static TokenGrid of(long imageHeight, long imageWidth, int patch) {
    if (patch < 1 || imageHeight % patch != 0 || imageWidth % patch != 0) {
      throw new IllegalArgumentException(
          String.format(
              "Patches of %d pixels do not divide an image of %d x %d pixels (height x width): use"
                  + " an image size that is a multiple of %d, or another patch size",
              patch, imageHeight, imageWidth, Math.max(1, patch)));
    }
    return new TokenGrid(Math.toIntExact(imageHeight / patch), Math.toIntExact(imageWidth / patch));
  }

  /** Number of tokens. */
  public int tokens() {
    return height * width;
  }
}
