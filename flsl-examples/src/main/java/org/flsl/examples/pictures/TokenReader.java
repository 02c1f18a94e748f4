package org.flsl.examples.pictures;

import org.deeplearning4j.nn.graph.ComputationGraph;
import org.flsl.layers.TokenGrid;
import org.flsl.layers.vit.PatchEmbedding;
import org.flsl.views.ViewConfig;
import org.flsl.views.pixels.BicubicResize;
import org.flsl.views.pixels.ChannelNormaliser;
import org.flsl.views.pixels.CropBox;
import org.flsl.views.pixels.Image;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * Turns whole photos into tokens, with an exported Vision Transformer.
 *
 * <p>Photos keep their shape, up to half a patch. They may be larger than those of the training,
 * which makes more tokens and finer pictures: positions are resampled.
 */
public final class TokenReader {
  private final ComputationGraph backbone;
  private final int patch;
  private final int longerSide;
  private final BicubicResize resize = new BicubicResize();
  private final ChannelNormaliser normaliser;

  /**
   * Prepares a network.
   *
   * @param backbone an exported Vision Transformer
   * @param training how its training made views, of which the means and deviations count
   * @param longerSide pixels of a photo's longer side as the network sees it; rounded to patches
   * @throws IllegalArgumentException if it is another network, or the side is less than a patch
   */
  public TokenReader(ComputationGraph backbone, ViewConfig training, int longerSide) {
    this.backbone = backbone;
    this.patch = entrance(backbone).patch();
    this.longerSide = longerSide;
    this.normaliser = new ChannelNormaliser(training.mean(), training.std());
    if (longerSide < patch) {
      throw new IllegalArgumentException(
          "A photo of %d pixels holds no patch of %d".formatted(longerSide, patch));
    }
  }

  /** The side of the images that a network was trained on. */
  public static int trainedSide(ComputationGraph backbone) {
    PatchEmbedding entrance = entrance(backbone);
    return entrance.patch() * Math.max(entrance.baseGrid().height(), entrance.baseGrid().width());
  }

  private static PatchEmbedding entrance(ComputationGraph backbone) {
    return backbone.getConfiguration().getVertices().values().stream()
        .filter(PatchEmbedding.class::isInstance)
        .map(PatchEmbedding.class::cast)
        .findFirst()
        .orElseThrow(
            () -> new IllegalArgumentException("The model is no Vision Transformer of flsl"));
  }

  /** The tokens of a photo. */
  public PhotoTokens read(Image photo) {
    TokenGrid grid = grid(photo);
    INDArray tokens = backbone.outputSingle(image(photo));
    return new PhotoTokens(photo, grid, tokens.reshape('c', tokens.size(1), tokens.size(2)));
  }

  /** A photo as the network's input, {@code [1, channels, height, width]}. */
  public INDArray image(Image photo) {
    TokenGrid grid = grid(photo);
    int height = grid.height() * patch;
    int width = grid.width() * patch;
    Image resized = resize.resize(photo, CropBox.whole(photo), height, width);
    int channels = normaliser.channels();
    float[] values = new float[channels * height * width];
    normaliser.write(resized, values, 0);
    return Nd4j.create(values, new long[] {1, channels, height, width}, 'c');
  }

  /** How the tokens of a photo will lie. */
  public TokenGrid grid(Image photo) {
    double scale = (double) longerSide / Math.max(photo.width(), photo.height()) / patch;
    return new TokenGrid(
        (int) Math.max(1, Math.round(photo.height() * scale)),
        (int) Math.max(1, Math.round(photo.width() * scale)));
  }
}
