package org.flsl.examples.pictures;

import java.util.List;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.flsl.evaluation.GraphFeatures;
import org.flsl.evaluation.ImagePreparation;
import org.flsl.evaluation.data.ImageSize;
import org.flsl.views.ViewConfig;
import org.flsl.views.pixels.Image;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Turns whole photos into tokens, with an exported backbone.
 *
 * <p>Photos keep their shape, up to half a patch. They may be larger than those of the training,
 * which makes more tokens and finer pictures: positions are resampled.
 */
public final class TokenReader {
  private final GraphFeatures features;
  private final ViewConfig training;
  private final int stride;
  private final int longerSide;

  /**
   * Prepares a network.
   *
   * @param backbone an exported backbone
   * @param training how its training made views, of which the means and deviations count
   * @param longerSide pixels of a photo's longer side as the network sees it; rounded to patches
   * @throws IllegalArgumentException if it yields no tokens, or the side is less than a patch
   */
  public TokenReader(ComputationGraph backbone, ViewConfig training, int longerSide) {
    this.features = GraphFeatures.of(backbone);
    this.training = training;
    this.stride = features.backbone().stride();
    this.longerSide = longerSide;
    if (longerSide < stride) {
      throw new IllegalArgumentException(
          "A photo of %d pixels holds no patch of %d".formatted(longerSide, stride));
    }
  }

  /** The longer side of photos of twice the size of the training's views. */
  public static int usualSide(ViewConfig training) {
    return 2 * Math.max(training.globalHeight(), training.globalWidth());
  }

  /** The tokens of a photo. */
  public PhotoTokens read(Image photo) {
    INDArray tokens = features.tokens(image(photo));
    return new PhotoTokens(
        photo, features.grid(size(photo)), tokens.reshape('c', tokens.size(1), tokens.size(2)));
  }

  /** A photo as the network's input, {@code [1, channels, height, width]}. */
  public INDArray image(Image photo) {
    return new ImagePreparation(size(photo), training).batch(List.of(photo));
  }

  private ImageSize size(Image photo) {
    double scale = (double) longerSide / Math.max(photo.width(), photo.height()) / stride;
    return new ImageSize(
        stride * (int) Math.max(1, Math.round(photo.height() * scale)),
        stride * (int) Math.max(1, Math.round(photo.width() * scale)));
  }
}
