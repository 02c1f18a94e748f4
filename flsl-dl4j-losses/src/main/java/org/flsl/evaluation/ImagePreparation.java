package org.flsl.evaluation;

import java.util.List;
import java.util.stream.IntStream;
import org.flsl.views.ViewConfig;
import org.flsl.views.pixels.BicubicResize;
import org.flsl.views.pixels.ChannelNormaliser;
import org.flsl.views.pixels.CropBox;
import org.flsl.views.pixels.RgbImage;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * Turns whole images into what a network sees: resized to one size, channels normalised.
 *
 * <p>Nothing is cut off, so that a mask covers the same part of the picture as the tokens; images
 * of other proportions are stretched.
 */
public final class ImagePreparation {
  private final ImageSize size;
  private final ChannelNormaliser normaliser;

  /** Prepares with the paper's means and standard deviations, which are those of ImageNet. */
  public ImagePreparation(ImageSize size) {
    this(size, ViewConfig.paper());
  }

  /** Prepares with the means and standard deviations of a training. */
  public ImagePreparation(ImageSize size, ViewConfig training) {
    this.size = size;
    this.normaliser = new ChannelNormaliser(training.mean(), training.std());
  }

  /** The size of prepared images. */
  public ImageSize size() {
    return size;
  }

  /**
   * Prepares images, several at a time.
   *
   * @return {@code [B, 3, height, width]}
   */
  public INDArray batch(List<RgbImage> images) {
    int length = RgbImage.CHANNELS * size.height() * size.width();
    float[] values = new float[Math.multiplyExact(images.size(), length)];
    IntStream.range(0, images.size())
        .parallel()
        .forEach(i -> normaliser.write(resized(images.get(i)), values, i * length));
    return Nd4j.create(
        values, new long[] {images.size(), RgbImage.CHANNELS, size.height(), size.width()}, 'c');
  }

  private RgbImage resized(RgbImage image) {
    if (image.height() == size.height() && image.width() == size.width()) {
      return image;
    }
    return new BicubicResize().resize(image, CropBox.whole(image), size.height(), size.width());
  }
}
