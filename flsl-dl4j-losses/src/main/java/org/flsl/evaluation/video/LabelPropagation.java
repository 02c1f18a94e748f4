package org.flsl.evaluation.video;

import java.nio.FloatBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.flsl.evaluation.DotProducts;
import org.flsl.evaluation.HeapCopy;
import org.flsl.evaluation.Nearest;
import org.flsl.layers.TokenGrid;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.NDArrayIndex;

/**
 * Carries labels of earlier frames to the next one by the likeness of tokens.
 *
 * <p>A token takes the labels of the {@code neighbours} tokens that are most like it, among those
 * of all context frames that are at most {@code radius} rows and columns away:
 *
 * <pre>
 * label(q) = sum_i w_i label(i),   w = softmax(cos(q, i) / temperature)   over the neighbours i
 * </pre>
 *
 * <p>The defaults are those of DINO (Caron et al., 2021), after STC (Jabri et al., 2020): the first
 * frame and the 7 before, radius 12, 5 neighbours, temperature 0.1. Cosines are matrix products of
 * a few rows of the grid with the rows in reach. Immutable; threads may share one.
 */
public final class LabelPropagation {

  /** Rows of the grid that are multiplied at a time: few, so that little lies out of reach. */
  private static final int BLOCK_ROWS = 8;

  private final int contextFrames;
  private final int radius;
  private final int neighbours;
  private final double temperature;

  private LabelPropagation(Builder builder) {
    if (builder.contextFrames < 0 || builder.radius < 0 || builder.neighbours < 1) {
      throw new IllegalArgumentException(
          "Label propagation needs context frames and a radius of at least 0 and a neighbour or more, got %d, %d and %d"
              .formatted(builder.contextFrames, builder.radius, builder.neighbours));
    }
    if (!(builder.temperature > 0)) {
      throw new IllegalArgumentException(
          "The temperature must be above 0, got " + builder.temperature);
    }
    this.contextFrames = builder.contextFrames;
    this.radius = builder.radius;
    this.neighbours = builder.neighbours;
    this.temperature = builder.temperature;
  }

  /** Starts from DINO's settings. */
  public static Builder builder() {
    return new Builder();
  }

  /** How many frames are remembered beside the first. */
  public int contextFrames() {
    return contextFrames;
  }

  /**
   * A frame whose labels are known.
   *
   * @param tokens {@code [N, C]}, of length one
   * @param labels {@code N * labels} numbers, token after token
   */
  record Labelled(INDArray tokens, float[] labels) {}

  /**
   * The labels of the next frame.
   *
   * @param tokens {@code [N, C]}, of length one, rows contiguous in memory
   * @param context frames of the same grid
   * @param labels how many labels there are
   * @return {@code N * labels} numbers, token after token
   */
  float[] next(INDArray tokens, List<Labelled> context, TokenGrid grid, int labels) {
    float[] result = new float[grid.tokens() * labels];
    long mostKeys = Math.min(grid.height(), BLOCK_ROWS + 2L * radius) * grid.width();
    try (INDArray memory =
        Nd4j.createUninitialized(DataType.FLOAT, mostKeys * BLOCK_ROWS * grid.width())) {
      for (int top = 0; top < grid.height(); top += BLOCK_ROWS) {
        Rows queries = new Rows(top, Math.min(grid.height(), top + BLOCK_ROWS), grid.width());
        Nearest[] nearest = nearest(tokens, queries, context, grid, memory);
        for (int i = 0; i < nearest.length; i++) {
          blend(nearest[i], context, grid, result, (queries.from() + i) * labels, labels);
        }
      }
    }
    return result;
  }

  /** Some rows of a grid. */
  private record Rows(int top, int bottom, int width) {

    int from() {
      return top * width;
    }

    int tokens() {
      return (bottom - top) * width;
    }

    INDArray of(INDArray tokens) {
      return tokens.get(NDArrayIndex.interval(from(), (long) bottom * width), NDArrayIndex.all());
    }
  }

  /** Keys are numbered frame after frame. */
  private Nearest[] nearest(
      INDArray tokens, Rows queries, List<Labelled> context, TokenGrid grid, INDArray memory) {
    int width = grid.width();
    Rows keys =
        new Rows(
            Math.max(0, queries.top - radius),
            Math.min(grid.height(), queries.bottom + radius),
            width);
    Nearest[] nearest = new Nearest[queries.tokens()];
    Arrays.setAll(nearest, i -> new Nearest(neighbours));
    INDArray cosines =
        memory
            .get(NDArrayIndex.interval(0, (long) queries.tokens() * keys.tokens()))
            .reshape('c', queries.tokens(), keys.tokens());
    DotProducts products = DotProducts.ofRows(queries.tokens(), keys.tokens(), tokens.size(1));
    for (int f = 0; f < context.size(); f++) {
      products.write(queries.of(tokens), keys.of(context.get(f).tokens), cosines);
      FloatBuffer values = HeapCopy.buffer(memory);
      int firstKey = f * grid.tokens();
      IntStream.range(0, nearest.length)
          .parallel()
          .forEach(
              i -> {
                int x = i % width;
                int y = queries.top + i / width;
                int left = Math.max(0, x - radius);
                float[] row = new float[Math.min(width, x + radius + 1) - left];
                for (int keyRow = Math.max(0, y - radius);
                    keyRow < Math.min(grid.height(), y + radius + 1);
                    keyRow++) {
                  int at = i * keys.tokens() + (keyRow - keys.top) * width + left;
                  values.get(at, row);
                  nearest[i].offer(row, firstKey + keyRow * width + left);
                }
              });
    }
    return nearest;
  }

  private void blend(
      Nearest nearest, List<Labelled> context, TokenGrid grid, float[] result, int at, int labels) {
    double[] weights = nearest.weights(temperature);
    double sum = Arrays.stream(weights).sum();
    for (int i = 0; i < weights.length; i++) {
      float weight = (float) (weights[i] / sum);
      float[] known = context.get(nearest.key(i) / grid.tokens()).labels;
      int token = nearest.key(i) % grid.tokens();
      for (int label = 0; label < labels; label++) {
        result[at + label] += weight * known[token * labels + label];
      }
    }
  }

  /** Builds a {@link LabelPropagation}. */
  public static final class Builder {
    private int contextFrames = 7;
    private int radius = 12;
    private int neighbours = 5;
    private double temperature = 0.1;

    private Builder() {}

    /** How many earlier frames to look at, beside the first one; default 7. */
    public Builder contextFrames(int contextFrames) {
      this.contextFrames = contextFrames;
      return this;
    }

    /** How many rows and columns of tokens away neighbours may be; default 12. */
    public Builder radius(int radius) {
      this.radius = radius;
      return this;
    }

    /** How many tokens a token takes its labels from; default 5. */
    public Builder neighbours(int neighbours) {
      this.neighbours = neighbours;
      return this;
    }

    /** What cosines are divided by; default 0.1. */
    public Builder temperature(double temperature) {
      this.temperature = temperature;
      return this;
    }

    /**
     * Builds.
     *
     * @throws IllegalArgumentException if a setting is out of its range
     */
    public LabelPropagation build() {
      return new LabelPropagation(this);
    }
  }
}
