package org.flsl.views.transforms;

import java.util.Random;
import org.flsl.views.CropSampler;
import org.flsl.views.pixels.BicubicResize;
import org.flsl.views.pixels.CropBox;
import org.flsl.views.pixels.RgbImage;

/**
 * Cuts a random part out of an image and resizes it, bicubic and antialiased.
 *
 * <p>{@link CropSampler} draws the part. Same as torchvision's {@code RandomResizedCrop} with
 * bicubic interpolation on Pillow images.
 */
public final class RandomResizedCropTransform extends RgbTransform {

  private final CropSampler sampler;
  private final int height;
  private final int width;
  private final BicubicResize resize = new BicubicResize();
  private CropBox lastBox;

  /**
   * Makes a transform.
   *
   * @param random generator, may be null
   * @param sampler how much of the image is cut out
   * @param height rows of the result
   * @param width columns of the result
   */
  public RandomResizedCropTransform(Random random, CropSampler sampler, int height, int width) {
    super(random);
    if (height < 1 || width < 1) {
      throw new IllegalArgumentException(
          "The result needs at least one pixel, got " + height + "x" + width);
    }
    this.sampler = sampler;
    this.height = height;
    this.width = width;
  }

  @Override
  protected RgbImage apply(RgbImage image, Random random) {
    lastBox = sampler.draw(image.height(), image.width(), random);
    return resize.resize(image, lastBox, height, width);
  }

  /** Moves points (x1, y1, x2, y2, …) of the last image to where they are in the result. */
  @Override
  public float[] query(float... coordinates) {
    if (lastBox == null) {
      throw new IllegalStateException("No image was transformed yet");
    }
    float[] moved = new float[coordinates.length];
    for (int i = 0; i + 1 < coordinates.length; i += 2) {
      moved[i] = (coordinates[i] - lastBox.left()) * width / lastBox.width();
      moved[i + 1] = (coordinates[i + 1] - lastBox.top()) * height / lastBox.height();
    }
    return moved;
  }
}
