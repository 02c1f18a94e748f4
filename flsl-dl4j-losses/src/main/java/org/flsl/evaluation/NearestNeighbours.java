package org.flsl.evaluation;

import java.nio.FloatBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.flsl.layers.kernels.OneThread;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.NDArrayIndex;

/**
 * Classifies a vector by the k vectors of known classes that are most like it.
 *
 * <p>{@code score(class) = sum over the k nearest of that class of exp(cosine / T)}, scaled to a
 * sum of one: the weighted vote of Wu et al. (2018) that is usual for self-supervised features.
 * Cosines are products of blocks of matrices, by one thread each; only the k best of each row are
 * kept.
 */
public final class NearestNeighbours implements TokenClassifier {
  /** Usual number of neighbours. */
  public static final int K = 20;

  /** Usual temperature. */
  public static final double TEMPERATURE = 0.07;

  /** The cosines of a block of queries with a block of keys stay in the cache of one core. */
  private static final int QUERY_BLOCK = 256;

  private static final int KEY_BLOCK = 512;

  /** The keys, a block in each. */
  private final List<INDArray> keys;

  private final long width;
  private final int[] labels;
  private final int[] sizes;

  /** Which of all keys each sample has. */
  private final boolean[][] counted;

  private final int classes;
  private final int k;
  private final double temperature;

  /** Remembers vectors, with the usual k and temperature. */
  public NearestNeighbours(LabelledTokens known) {
    this(known, K, TEMPERATURE);
  }

  /**
   * Remembers vectors.
   *
   * @param k how many neighbours vote; all, where there are fewer
   * @param temperature T, above 0
   */
  public NearestNeighbours(LabelledTokens known, int k, double temperature) {
    this(known, List.of(IntStream.range(0, known.labels().length).toArray()), k, temperature);
  }

  /**
   * Remembers vectors of which each sample votes by itself. What samples share is compared once.
   *
   * @param samples the rows that belong to each
   */
  NearestNeighbours(LabelledTokens known, List<int[]> samples, int k, double temperature) {
    check(k, temperature);
    this.keys = blocks(UnitLength.rows(known.tokens()), KEY_BLOCK);
    this.width = known.tokens().size(1);
    this.labels = known.labels().clone();
    this.sizes = samples.stream().mapToInt(sample -> sample.length).toArray();
    this.counted = new boolean[samples.size()][labels.length];
    for (int sample = 0; sample < counted.length; sample++) {
      for (int row : samples.get(sample)) {
        counted[sample][row] = true;
      }
    }
    this.classes = known.classes();
    this.k = k;
    this.temperature = temperature;
  }

  /**
   * Refuses settings that cannot vote, for those who take them long before there are vectors.
   *
   * @throws IllegalArgumentException if k is below 1 or the temperature not above 0
   */
  public static void check(int k, double temperature) {
    if (k < 1 || !(temperature > 0)) {
      throw new IllegalArgumentException(
          "k must be at least 1 and the temperature above 0, got %d and %s"
              .formatted(k, temperature));
    }
  }

  @Override
  public int classes() {
    return classes;
  }

  @Override
  public float[] scores(INDArray tokens) {
    return scoresOfEachSample(tokens).get(0);
  }

  /** As {@link #scores}, of each sample. */
  List<float[]> scoresOfEachSample(INDArray tokens) {
    if (tokens.rank() != 2 || tokens.size(1) != width) {
      throw new IllegalArgumentException(
          "Queries %s do not fit keys of width %d"
              .formatted(Arrays.toString(tokens.shape()), width));
    }
    int queries = Math.toIntExact(tokens.size(0));
    List<float[]> scores =
        IntStream.of(sizes)
            .mapToObj(size -> new float[Math.multiplyExact(queries, classes)])
            .toList();
    List<INDArray> blocks = blocks(UnitLength.rows(tokens), QUERY_BLOCK);
    IntStream.range(0, blocks.size())
        .parallel()
        .forEach(
            block ->
                OneThread.run(() -> vote(nearest(blocks.get(block)), scores, block * QUERY_BLOCK)));
    return scores;
  }

  /** Those of each query in each sample. */
  private Nearest[][] nearest(INDArray queries) {
    int count = Math.toIntExact(queries.size(0));
    Nearest[][] nearest = new Nearest[count][];
    Arrays.setAll(
        nearest,
        i ->
            IntStream.of(sizes)
                .mapToObj(size -> new Nearest(Math.min(k, size)))
                .toArray(Nearest[]::new));
    try (INDArray memory = Nd4j.createUninitialized(DataType.FLOAT, (long) count * KEY_BLOCK)) {
      FloatBuffer values = HeapCopy.buffer(memory);
      float[] row = {};
      DotProducts products = null;
      for (int block = 0; block < keys.size(); block++) {
        int size = Math.toIntExact(keys.get(block).size(0));
        if (size != row.length) {
          row = new float[size];
          products = DotProducts.ofRows(count, size, width);
        }
        INDArray cosines =
            memory.get(NDArrayIndex.interval(0, (long) count * size)).reshape('c', count, size);
        products.write(queries, keys.get(block), cosines);
        for (int i = 0; i < count; i++) {
          values.get(i * size, row);
          Nearest.offer(nearest[i], row, counted, block * KEY_BLOCK);
        }
      }
    }
    return nearest;
  }

  private static List<INDArray> blocks(INDArray matrix, int size) {
    return IntStream.range(0, Math.toIntExact((matrix.size(0) + size - 1) / size))
        .mapToObj(
            block ->
                matrix.get(
                    NDArrayIndex.interval(
                        (long) block * size, Math.min((block + 1L) * size, matrix.size(0))),
                    NDArrayIndex.all()))
        .toList();
  }

  private void vote(Nearest[][] nearest, List<float[]> scores, int first) {
    for (int i = 0; i < nearest.length; i++) {
      for (int sample = 0; sample < nearest[i].length; sample++) {
        vote(nearest[i][sample], scores.get(sample), (first + i) * classes);
      }
    }
  }

  private void vote(Nearest nearest, float[] scores, int at) {
    double sum = 0;
    double[] votes = new double[classes];
    double[] weights = nearest.weights(temperature);
    for (int i = 0; i < weights.length; i++) {
      votes[labels[nearest.key(i)]] += weights[i];
      sum += weights[i];
    }
    for (int label = 0; label < classes; label++) {
      scores[at + label] = (float) (votes[label] / sum);
    }
  }
}
