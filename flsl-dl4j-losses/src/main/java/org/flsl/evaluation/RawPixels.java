package org.flsl.evaluation;

import org.flsl.evaluation.data.ImageSize;
import org.flsl.layers.TokenGrid;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.NDArrayIndex;

/**
 * The features that need no network: the pixels of a patch, and where it lies.
 *
 * <p>{@code [pixels / sqrt(channels p^2), sin x, cos x, sin y, cos y]} with x and y running from 0
 * at the left and upper to pi/2 at the right and lower border: normalised pixels have a length of
 * about one, either position exactly one.
 */
public final class RawPixels implements FeatureExtractor {
  private static final int POSITION = 4;

  private final int patch;

  /** Features of square patches. */
  public RawPixels(int patch) {
    if (patch < 1) {
      throw new IllegalArgumentException("A patch needs at least one pixel, got " + patch);
    }
    this.patch = patch;
  }

  /**
   * Raw pixels on the same grid as other features.
   *
   * @throws IllegalArgumentException if the grid does not cut images of this size into squares
   */
  public static RawPixels like(FeatureExtractor other, ImageSize size) {
    TokenGrid grid = other.grid(size);
    int patch = size.height() / grid.height();
    if (patch * grid.height() != size.height() || patch * grid.width() != size.width()) {
      throw new IllegalArgumentException(
          "%d x %d tokens do not cut an image of %s pixels into square patches; choose another size of images"
              .formatted(grid.height(), grid.width(), size));
    }
    return new RawPixels(patch);
  }

  @Override
  public ImageSize fit(ImageSize size) {
    TokenGrid grid = new TokenGrid(size.height() / patch, size.width() / patch);
    return new ImageSize(grid.height() * patch, grid.width() * patch);
  }

  @Override
  public TokenGrid grid(ImageSize size) {
    return TokenGrid.of(size.height(), size.width(), patch);
  }

  @Override
  public INDArray tokens(INDArray images) {
    long batch = images.size(0);
    long channels = images.size(1);
    TokenGrid grid = TokenGrid.of(images.size(2), images.size(3), patch);
    long length = channels * patch * patch;
    INDArray tokens =
        Nd4j.createUninitialized(DataType.FLOAT, batch, grid.tokens(), length + POSITION);
    INDArray cells =
        images
            .reshape('c', batch, channels, grid.height(), patch, grid.width(), patch)
            .permute(0, 2, 4, 1, 3, 5)
            .dup('c')
            .reshape('c', batch, grid.tokens(), length);
    all(tokens, 0, length).assign(cells.divi(Math.sqrt(length)));
    all(tokens, length, length + POSITION)
        .assign(positions(grid).broadcast(batch, grid.tokens(), POSITION));
    return tokens;
  }

  private static INDArray all(INDArray tokens, long from, long to) {
    return tokens.get(NDArrayIndex.all(), NDArrayIndex.all(), NDArrayIndex.interval(from, to));
  }

  private static INDArray positions(TokenGrid grid) {
    float[] values = new float[grid.tokens() * POSITION];
    for (int i = 0; i < grid.tokens(); i++) {
      double x = (i % grid.width() + 0.5) / grid.width() * Math.PI / 2;
      double y = (i / grid.width() + 0.5) / grid.height() * Math.PI / 2;
      values[i * POSITION] = (float) Math.sin(x);
      values[i * POSITION + 1] = (float) Math.cos(x);
      values[i * POSITION + 2] = (float) Math.sin(y);
      values[i * POSITION + 3] = (float) Math.cos(y);
    }
    return Nd4j.createFromArray(values).reshape('c', 1, grid.tokens(), POSITION);
  }
}
