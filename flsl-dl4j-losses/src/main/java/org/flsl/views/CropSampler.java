package org.flsl.views;

import java.util.random.RandomGenerator;
import org.flsl.views.pixels.CropBox;

/**
 * Draws the rectangle of a random resized crop.
 *
 * <p>Area uniform in {@code scale} times the image's, aspect ratio (width over height) log-uniform
 * in {@code ratio}, position uniform; ten tries to fit into the image, then the largest central
 * rectangle with an allowed ratio. The distribution is that of torchvision's {@code
 * RandomResizedCrop.get_params}.
 *
 * @param scale share of the image's area, above 0, at most 1
 * @param ratio width over height, above 0
 */
public record CropSampler(Range scale, Range ratio) {

  private static final int TRIES = 10;

  /** Checks the ranges. */
  public CropSampler {
    if (scale.min() <= 0 || scale.max() > 1) {
      throw new IllegalArgumentException(
          "A crop's share of the image must be above 0 and at most 1, got " + scale);
    }
    if (ratio.min() <= 0) {
      throw new IllegalArgumentException("A crop's aspect ratio must be above 0, got " + ratio);
    }
  }

  /** Draws a rectangle inside an image of this size. */
  public CropBox draw(int height, int width, RandomGenerator random) {
    double area = (double) height * width;
    Range logRatio = new Range(Math.log(ratio.min()), Math.log(ratio.max()));
    for (int i = 0; i < TRIES; i++) {
      double target = area * scale.draw(random);
      double aspect = Math.exp(logRatio.draw(random));
      int w = (int) Math.rint(Math.sqrt(target * aspect));
      int h = (int) Math.rint(Math.sqrt(target / aspect));
      if (w > 0 && w <= width && h > 0 && h <= height) {
        int top = random.nextInt(height - h + 1);
        int left = random.nextInt(width - w + 1);
        return new CropBox(top, left, h, w);
      }
    }
    return centre(height, width);
  }

  private CropBox centre(int height, int width) {
    double aspect = (double) width / height;
    int w = width;
    int h = height;
    if (aspect < ratio.min()) {
      h = (int) Math.rint(width / ratio.min());
    } else if (aspect > ratio.max()) {
      w = (int) Math.rint(height * ratio.max());
    }
    // A sliver of an image can round to one pixel more than it has, or to none.
    w = Math.max(1, Math.min(w, width));
    h = Math.max(1, Math.min(h, height));
    return new CropBox((height - h) / 2, (width - w) / 2, h, w);
  }
}
