package org.flsl.evaluation;

import java.util.Arrays;
import java.util.List;
import java.util.function.IntConsumer;
import java.util.stream.IntStream;
import org.flsl.evaluation.data.LabelledImages;
import org.flsl.layers.TokenGrid;
import org.flsl.views.decode.ImageDecoder;
import org.flsl.views.pixels.Image;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.NDArrayIndex;

/**
 * The tokens of a whole set of images, in memory: {@code 4 * images * tokens * width} bytes outside
 * of the heap.
 */
public final class DenseFeatures {
  private final INDArray tokens;
  private final TokenGrid grid;
  private final int images;

  /**
   * Wraps tokens.
   *
   * @param tokens {@code [images * grid.tokens(), width]}, image after image
   */
  public DenseFeatures(INDArray tokens, TokenGrid grid) {
    if (tokens.rank() != 2 || tokens.size(0) % grid.tokens() != 0) {
      throw new IllegalArgumentException(
          "Tokens %s are no images of %d tokens each"
              .formatted(Arrays.toString(tokens.shape()), grid.tokens()));
    }
    this.tokens = tokens;
    this.grid = grid;
    this.images = Math.toIntExact(tokens.size(0) / grid.tokens());
  }

  /**
   * Computes the tokens of all images, some at a time.
   *
   * @param batch images per pass through the network
   * @param progress told the number of finished images after each pass
   * @throws IllegalArgumentException if the batch is below 1, or a token is no number
   */
  public static DenseFeatures of(
      FeatureExtractor extractor,
      LabelledImages images,
      ImagePreparation preparation,
      int batch,
      IntConsumer progress) {
    if (batch < 1) {
      throw new IllegalArgumentException("A batch needs at least one image, got " + batch);
    }
    TokenGrid grid = extractor.grid(preparation.size());
    ImageDecoder decoder = preparation.decoder();
    INDArray all = null;
    for (int start = 0; start < images.size(); start += batch) {
      int end = Math.min(start + batch, images.size());
      List<Image> decoded =
          IntStream.range(start, end).parallel().mapToObj(i -> images.image(i, decoder)).toList();
      try (INDArray pixels = preparation.batch(decoded);
          INDArray tokens = extractor.tokens(pixels)) {
        long width = tokens.size(2);
        if (all == null) {
          all =
              Nd4j.createUninitialized(DataType.FLOAT, (long) images.size() * grid.tokens(), width);
        }
        rows(all, (long) start * grid.tokens(), (long) end * grid.tokens())
            .assign(tokens.reshape('c', -1, width));
      }
      progress.accept(end);
    }
    if (!Double.isFinite(all.sumNumber().doubleValue())) {
      throw new IllegalArgumentException(
          "The network gives tokens that are no finite numbers: its weights, or the normalisation of its images, are not what it was trained with");
    }
    return new DenseFeatures(all, grid);
  }

  private static INDArray rows(INDArray matrix, long from, long to) {
    return matrix.get(NDArrayIndex.interval(from, to), NDArrayIndex.all());
  }

  /** How many images there are. */
  public int images() {
    return images;
  }

  /** How the tokens of an image lie. */
  public TokenGrid grid() {
    return grid;
  }

  /** The length of a token. */
  public int width() {
    return Math.toIntExact(tokens.size(1));
  }

  /** All tokens, {@code [images * tokens, width]}. */
  public INDArray tokens() {
    return tokens;
  }

  /** The tokens of the images from {@code from} to before {@code to}, a view. */
  public INDArray tokens(int from, int to) {
    return rows(tokens, (long) from * grid.tokens(), (long) to * grid.tokens());
  }

  /** All tokens, {@code [images, tokens, width]}, a view. */
  public INDArray perImage() {
    return tokens.reshape('c', images, grid.tokens(), width());
  }

  /** The same tokens, each scaled to length one. */
  public DenseFeatures scaledToLengthOne() {
    return new DenseFeatures(UnitLength.rows(tokens), grid);
  }

  /** The mean token of each image, {@code [images, width]}. */
  public INDArray pooled() {
    return perImage().mean(1);
  }
}
