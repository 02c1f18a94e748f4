package org.flsl.evaluation;

import java.nio.FloatBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.NDArrayIndex;

/**
 * Classifies a vector by the k vectors of known classes that are most like it.
 *
 * <p>{@code score(class) = sum over the k nearest of that class of exp(cosine / T)}, scaled to a
 * sum of one: the weighted vote of Wu et al. (2018) that is usual for self-supervised features.
 * Cosines are products of large blocks of matrices; only the k best of each row are kept.
 */
public final class NearestNeighbours implements TokenClassifier {
  /** Usual number of neighbours. */
  public static final int K = 20;

  /** Usual temperature. */
  public static final double TEMPERATURE = 0.07;

  private static final int QUERY_BLOCK = 1024;
  private static final int KEY_BLOCK = 2048;

  /** Queries that look through their cosines one after the other, with one row of memory. */
  private static final int SLICE = 16;

  private final INDArray keys;
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
    this.keys = UnitLength.rows(known.tokens());
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
    if (tokens.rank() != 2 || tokens.size(1) != keys.size(1)) {
      throw new IllegalArgumentException(
          "Queries %s do not fit keys of width %d"
              .formatted(Arrays.toString(tokens.shape()), keys.size(1)));
    }
    int queries = Math.toIntExact(tokens.size(0));
    List<float[]> scores =
        IntStream.of(sizes)
            .mapToObj(size -> new float[Math.multiplyExact(queries, classes)])
            .toList();
    try (INDArray products =
        Nd4j.createUninitialized(
            DataType.FLOAT,
            (long) Math.min(QUERY_BLOCK, queries) * Math.min(KEY_BLOCK, labels.length))) {
      for (int start = 0; start < queries; start += QUERY_BLOCK) {
        int end = Math.min(start + QUERY_BLOCK, queries);
        Nearest[][] nearest = nearest(UnitLength.rows(rows(tokens, start, end)), products);
        int first = start;
        IntStream.range(0, nearest.length)
            .parallel()
            .forEach(
                i -> {
                  for (int sample = 0; sample < nearest[i].length; sample++) {
                    vote(nearest[i][sample], scores.get(sample), (first + i) * classes);
                  }
                });
      }
    }
    return scores;
  }

  /** Those of each query in each sample. */
  private Nearest[][] nearest(INDArray queries, INDArray memory) {
    int count = Math.toIntExact(queries.size(0));
    Nearest[][] nearest = new Nearest[count][];
    Arrays.setAll(
        nearest,
        i ->
            IntStream.of(sizes)
                .mapToObj(size -> new Nearest(Math.min(k, size)))
                .toArray(Nearest[]::new));
    for (int start = 0; start < labels.length; start += KEY_BLOCK) {
      int first = start;
      int end = Math.min(start + KEY_BLOCK, labels.length);
      int block = end - start;
      INDArray cosines =
          memory.get(NDArrayIndex.interval(0, (long) count * block)).reshape('c', count, block);
      DotProducts.of(queries, rows(keys, start, end), cosines);
      FloatBuffer values = HeapCopy.buffer(memory);
      IntStream.range(0, (count + SLICE - 1) / SLICE)
          .parallel()
          .forEach(
              slice -> {
                float[] row = new float[block];
                for (int i = slice * SLICE; i < Math.min(count, (slice + 1) * SLICE); i++) {
                  values.get(i * block, row);
                  Nearest.offer(nearest[i], row, counted, first);
                }
              });
    }
    return nearest;
  }

  private static INDArray rows(INDArray matrix, long from, long to) {
    return matrix.get(NDArrayIndex.interval(from, to), NDArrayIndex.all());
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
