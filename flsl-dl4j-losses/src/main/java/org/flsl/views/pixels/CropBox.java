package org.flsl.views.pixels;

/**
 * A rectangle of whole pixels inside an image.
 *
 * @param top first row
 * @param left first column
 * @param height rows
 * @param width columns
 */
public record CropBox(int top, int left, int height, int width) {

  /** Checks that the rectangle is not empty and starts inside the image. */
  public CropBox {
    if (top < 0 || left < 0 || height < 1 || width < 1) {
      throw new IllegalArgumentException(
          ("A crop needs top and left of at least 0, height and width of at least 1;"
                  + " got top %d, left %d, %dx%d")
              .formatted(top, left, height, width));
    }
  }

  /** The whole of an image. */
  public static CropBox whole(Image image) {
    return new CropBox(0, 0, image.height(), image.width());
  }

  /** Throws if the rectangle leaves the image. */
  void requireInside(Image image) {
    if ((long) top + height > image.height() || (long) left + width > image.width()) {
      throw new IllegalArgumentException(this + " leaves " + image);
    }
  }
}
