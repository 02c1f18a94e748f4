package org.flsl.evaluation;

import java.nio.FloatBuffer;
import java.util.Arrays;
import java.util.SplittableRandom;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.NDArrayIndex;

/**
 * K-means: Lloyd's iterations from centres that are given, or drawn as k-means++ does.
 *
 * <p>The same points, number of clusters and seed give the same clusters. As a {@link
 * TokenClassifier} it scores a cluster by {@code -|x - centre|^2} (less {@code |x|^2}, which all
 * clusters share). A cluster that loses all its points keeps its centre. Legend: n points, C width,
 * k clusters.
 */
public final class KMeans implements TokenClassifier {
  private static final int ITERATIONS = 300;
  private static final int BLOCK = 4096;

  private final INDArray centres;
  private final double inertia;
  private final int iterations;

  private KMeans(INDArray centres, double inertia, int iterations) {
    this.centres = centres;
    this.inertia = inertia;
    this.iterations = iterations;
  }

  /**
   * Clusters points from a k-means++ start.
   *
   * @param points {@code [n, C]}
   * @param clusters k, at most n
   */
  public static KMeans fit(INDArray points, int clusters, long seed) {
    if (clusters < 1 || clusters > points.size(0)) {
      throw new IllegalArgumentException(
          "K-means cannot make %d clusters of %d points".formatted(clusters, points.size(0)));
    }
    return from(points, start(plain(points), clusters, new SplittableRandom(seed)));
  }

  /**
   * Clusters points from given centres.
   *
   * @param points {@code [n, C]}
   * @param start {@code [k, C]}, unchanged
   */
  public static KMeans from(INDArray points, INDArray start) {
    if (start.rank() != 2 || start.size(1) != points.size(1)) {
      throw new IllegalArgumentException(
          "Centres %s do not fit points %s"
              .formatted(Arrays.toString(start.shape()), Arrays.toString(points.shape())));
    }
    INDArray single = plain(points);
    INDArray centres = plain(start).dup('c');
    int[] assignment = new int[Math.toIntExact(points.size(0))];
    Arrays.fill(assignment, -1);
    double inertia = assign(single, centres, assignment).inertia;
    int iterations = 0;
    for (boolean changed = true; changed && iterations < ITERATIONS; iterations++) {
      move(single, centres, assignment);
      Assigned assigned = assign(single, centres, assignment);
      inertia = assigned.inertia;
      changed = assigned.changed;
    }
    return new KMeans(centres, inertia, iterations);
  }

  private static INDArray plain(INDArray points) {
    INDArray single = points.castTo(DataType.FLOAT);
    return single.isView() || single.ordering() != 'c' ? single.dup('c') : single;
  }

  /** K-means++: each next centre is a point drawn in proportion to its distance from the others. */
  private static INDArray start(INDArray points, int clusters, SplittableRandom random) {
    int n = Math.toIntExact(points.size(0));
    INDArray centres = Nd4j.createUninitialized(DataType.FLOAT, clusters, points.size(1));
    double[] nearest = new double[n];
    Arrays.fill(nearest, Double.POSITIVE_INFINITY);
    int drawn = random.nextInt(n);
    for (int cluster = 0; cluster < clusters; cluster++) {
      INDArray centre = points.getRow(drawn);
      centres.putRow(cluster, centre);
      float[] distances = HeapCopy.of(points.subRowVector(centre).norm2(1));
      double sum = 0;
      for (int i = 0; i < n; i++) {
        nearest[i] = Math.min(nearest[i], (double) distances[i] * distances[i]);
        sum += nearest[i];
      }
      double left = random.nextDouble() * sum;
      drawn = 0;
      while (drawn < n - 1 && (left -= nearest[drawn]) >= 0) {
        drawn++;
      }
    }
    return centres;
  }

  private record Assigned(double inertia, boolean changed) {}

  private static Assigned assign(INDArray points, INDArray centres, int[] assignment) {
    boolean changed = false;
    double inertia = 0;
    int clusters = Math.toIntExact(centres.size(0));
    for (int from = 0; from < assignment.length; from += BLOCK) {
      int to = Math.min(from + BLOCK, assignment.length);
      INDArray block = points.get(NDArrayIndex.interval(from, to), NDArrayIndex.all());
      float[] scores = scores(block, centres);
      float[] lengths = HeapCopy.of(block.norm2(1));
      for (int i = from; i < to; i++) {
        int best = best(scores, (i - from) * clusters, clusters);
        changed |= assignment[i] != best;
        assignment[i] = best;
        double length = lengths[i - from];
        inertia += length * length - scores[(i - from) * clusters + best];
      }
    }
    return new Assigned(inertia, changed);
  }

  private static int best(float[] scores, int start, int clusters) {
    int best = 0;
    for (int cluster = 1; cluster < clusters; cluster++) {
      if (scores[start + cluster] > scores[start + best]) {
        best = cluster;
      }
    }
    return best;
  }

  /** {@code 2 x . centre - |centre|^2}. */
  private static float[] scores(INDArray points, INDArray centres) {
    INDArray lengths = centres.norm2(1);
    INDArray products = points.mmul(centres.transpose()).muli(2);
    return HeapCopy.of(products.subiRowVector(lengths.mul(lengths)));
  }

  /** Moves every centre to the mean of its points. */
  private static void move(INDArray points, INDArray centres, int[] assignment) {
    int width = Math.toIntExact(points.size(1));
    double[][] sums = new double[Math.toIntExact(centres.size(0))][width];
    int[] counts = new int[sums.length];
    FloatBuffer values = HeapCopy.buffer(points);
    float[] point = new float[width];
    for (int cluster : assignment) {
      values.get(point);
      counts[cluster]++;
      double[] sum = sums[cluster];
      for (int c = 0; c < width; c++) {
        sum[c] += point[c];
      }
    }
    for (int cluster = 0; cluster < sums.length; cluster++) {
      if (counts[cluster] > 0) {
        float[] mean = new float[width];
        for (int c = 0; c < width; c++) {
          mean[c] = (float) (sums[cluster][c] / counts[cluster]);
        }
        centres.putRow(cluster, Nd4j.createFromArray(mean));
      }
    }
  }

  /** The centres, {@code [k, C]}. */
  public INDArray centres() {
    return centres;
  }

  /** The sum of the squared distances of all points from their centres. */
  public double inertia() {
    return inertia;
  }

  /** How often the centres moved. */
  public int iterations() {
    return iterations;
  }

  /** The nearest centre of each point. */
  public int[] assign(INDArray points) {
    int[] assignment = new int[Math.toIntExact(points.size(0))];
    assign(plain(points), centres, assignment);
    return assignment;
  }

  @Override
  public int classes() {
    return Math.toIntExact(centres.size(0));
  }

  @Override
  public float[] scores(INDArray tokens) {
    return scores(plain(tokens), centres);
  }
}
