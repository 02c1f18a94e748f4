package org.flsl.evaluation.data;

/**
 * Height and width of images in pixels.
 *
 * @param height rows
 * @param width columns
 */
public record ImageSize(int height, int width) {

  /** Refuses empty images. */
  public ImageSize {
    if (height < 1 || width < 1) {
      throw new IllegalArgumentException(
          "An image needs at least one pixel, got %d x %d (height x width)"
              .formatted(height, width));
    }
  }

  @Override
  public String toString() {
    return height + " x " + width;
  }
}
