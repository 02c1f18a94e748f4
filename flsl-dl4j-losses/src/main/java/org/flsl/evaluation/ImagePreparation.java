package org.flsl.evaluation;

import java.util.List;
import java.util.stream.IntStream;
import org.flsl.evaluation.data.ImageSize;
import org.flsl.views.ViewConfig;
import org.flsl.views.decode.ImageDecoder;
import org.flsl.views.pixels.BicubicResize;
import org.flsl.views.pixels.ChannelNormaliser;
import org.flsl.views.pixels.CropBox;
import org.flsl.views.pixels.Image;
import org.nd4j.linalg.api.buffer.DataType;
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

  /** Prepares colours with the paper's means and standard deviations, those of ImageNet. */
  public ImagePreparation(ImageSize size) {
    this(size, ViewConfig.paper());
  }

  /** Prepares as a network takes images: with its channels, and the usual values for them. */
  public static ImagePreparation of(GraphFeatures features, ImageSize size) {
    return new ImagePreparation(size, ViewConfig.builder().channels(features.channels()).build());
  }

  /** Prepares with the channels, means and standard deviations of a training. */
  public ImagePreparation(ImageSize size, ViewConfig training) {
    this.size = size;
    this.normaliser = new ChannelNormaliser(training.mean(), training.std());
  }

  /** Reads files with the channels of prepared images. */
  public ImageDecoder decoder() {
    return new ImageDecoder(Integer.MAX_VALUE, normaliser.channels());
  }

  /** The size of prepared images. */
  public ImageSize size() {
    return size;
  }

  /**
   * Prepares images, several at a time.
   *
   * @return {@code [B, channels, height, width]}
   */
  public INDArray batch(List<Image> images) {
    int length = normaliser.channels() * size.height() * size.width();
    float[] values = new float[Math.multiplyExact(images.size(), length)];
    IntStream.range(0, images.size())
        .parallel()
        .forEach(i -> normaliser.write(resized(images.get(i)), values, i * length));
    INDArray batch =
        Nd4j.createUninitialized(
            DataType.FLOAT, images.size(), normaliser.channels(), size.height(), size.width());
    HeapCopy.target(batch).put(values);
    return batch;
  }

  private Image resized(Image image) {
    if (image.height() == size.height() && image.width() == size.width()) {
      return image;
    }
    return new BicubicResize().resize(image, CropBox.whole(image), size.height(), size.width());
  }
}
