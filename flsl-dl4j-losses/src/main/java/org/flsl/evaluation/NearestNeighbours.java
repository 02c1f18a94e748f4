package org.flsl.evaluation;

import java.nio.FloatBuffer;
import java.util.Arrays;
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

  private static final int QUERY_BLOCK = 512;
  private static final int KEY_BLOCK = 8192;

  private final INDArray keys;
  private final int[] labels;
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
    check(k, temperature);
    this.keys = UnitLength.rows(known.tokens());
    this.labels = known.labels().clone();
    this.classes = known.classes();
    this.k = Math.min(k, labels.length);
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
    if (tokens.rank() != 2 || tokens.size(1) != keys.size(1)) {
      throw new IllegalArgumentException(
          "Queries %s do not fit keys of width %d"
              .formatted(Arrays.toString(tokens.shape()), keys.size(1)));
    }
    int queries = Math.toIntExact(tokens.size(0));
    float[] scores = new float[Math.multiplyExact(queries, classes)];
    INDArray products =
        Nd4j.createUninitialized(
            DataType.FLOAT,
            (long) Math.min(QUERY_BLOCK, queries) * Math.min(KEY_BLOCK, labels.length));
    for (int start = 0; start < queries; start += QUERY_BLOCK) {
      int end = Math.min(start + QUERY_BLOCK, queries);
      Nearest[] nearest = nearest(UnitLength.rows(rows(tokens, start, end)), products);
      int first = start;
      IntStream.range(0, nearest.length)
          .parallel()
          .forEach(i -> vote(nearest[i], scores, (first + i) * classes));
    }
    products.close();
    return scores;
  }

  private Nearest[] nearest(INDArray queries, INDArray memory) {
    int count = Math.toIntExact(queries.size(0));
    Nearest[] nearest = new Nearest[count];
    Arrays.setAll(nearest, i -> new Nearest(k));
    for (int start = 0; start < labels.length; start += KEY_BLOCK) {
      int block = Math.min(KEY_BLOCK, labels.length - start);
      // Column-major [keys, queries]: the cosines of a query lie side by side.
      INDArray cosines =
          memory.get(NDArrayIndex.interval(0, (long) block * count)).reshape('f', block, count);
      INDArray keysOfBlock = rows(keys, start, start + block);
      Nd4j.gemm(keysOfBlock.transpose(), queries.transpose(), cosines, true, false, 1, 0);
      FloatBuffer values = HeapCopy.buffer(memory);
      int first = start;
      IntStream.range(0, count)
          .parallel()
          .forEach(
              i -> {
                float[] column = new float[block];
                values.duplicate().position(i * block).get(column);
                nearest[i].offer(column, first);
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
    for (int i = 0; i < k; i++) {
      votes[labels[nearest.key(i)]] += weights[i];
      sum += weights[i];
    }
    for (int label = 0; label < classes; label++) {
      scores[at + label] = (float) (votes[label] / sum);
    }
  }
}
