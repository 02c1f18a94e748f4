package org.flsl.evaluation;

import java.util.List;
import org.flsl.evaluation.data.ImageSize;
import org.flsl.layers.TokenGrid;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.api.ops.impl.image.ResizeBilinear;
import org.nd4j.linalg.factory.Nd4j;

/**
 * Features of images that are read at several sizes: the mean of the tokens' directions.
 *
 * <p>Images are resized bilinearly, and cut to whole patches by stretching; tokens are brought
 * bilinearly to the grid of the image's own size, then to length one. Pixels and tokens are areas,
 * as in PyTorch's {@code interpolate(mode="bilinear", align_corners=False)}.
 */
final class MultiScale implements FeatureExtractor {
  private final FeatureExtractor features;
  private final List<Double> scales;

  private MultiScale(FeatureExtractor features, List<Double> scales) {
    this.features = features;
    this.scales = scales;
  }

  /** The features as they are, if they are to be read at their own size alone. */
  static FeatureExtractor of(FeatureExtractor features, List<Double> scales) {
    return scales.equals(Reading.USUAL.scales()) ? features : new MultiScale(features, scales);
  }

  @Override
  public ImageSize fit(ImageSize size) {
    return features.fit(size);
  }

  @Override
  public TokenGrid grid(ImageSize size) {
    return features.grid(size);
  }

  @Override
  public INDArray tokens(INDArray images) {
    ImageSize size = new ImageSize((int) images.size(2), (int) images.size(3));
    TokenGrid grid = grid(size);
    INDArray sum = null;
    for (double scale : scales) {
      INDArray directions = directions(images, scaled(size, scale), grid);
      sum = sum == null ? directions : sum.addi(directions);
    }
    return sum.divi(scales.size()).reshape('c', images.size(0), grid.tokens(), sum.size(1));
  }

  private ImageSize scaled(ImageSize size, double scale) {
    return features.fit(
        new ImageSize(
            (int) Math.max(1, Math.round(size.height() * scale)),
            (int) Math.max(1, Math.round(size.width() * scale))));
  }

  /** The tokens of images of another size, {@code [batch * tokens of the grid, width]}. */
  private INDArray directions(INDArray images, ImageSize size, TokenGrid to) {
    INDArray resized =
        resized(images.permute(0, 2, 3, 1), size.height(), size.width()).permute(0, 3, 1, 2);
    INDArray tokens = features.tokens(resized.dup('c'));
    TokenGrid from = features.grid(size);
    long width = tokens.size(2);
    INDArray places = tokens.reshape('c', images.size(0), from.height(), from.width(), width);
    return UnitLength.rows(resized(places, to.height(), to.width()).reshape('c', -1, width));
  }

  /** Resizes {@code [batch, height, width, channels]}. */
  private static INDArray resized(INDArray maps, int height, int width) {
    if (maps.size(1) == height && maps.size(2) == width) {
      return maps;
    }
    INDArray resized =
        Nd4j.createUninitialized(maps.dataType(), maps.size(0), height, width, maps.size(3));
    Nd4j.exec(new ResizeBilinear(maps.dup('c'), resized, height, width, false, true));
    return resized;
  }
}
