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
    INDArray centres = plain(start).dup('c');
    Partition partition = new Partition(plain(points), Math.toIntExact(centres.size(0)));
    partition.assign(centres);
    int iterations = 0;
    for (boolean changed = true; changed && iterations < ITERATIONS; iterations++) {
      partition.moveCentres(centres);
      changed = partition.assign(centres);
    }
    return new KMeans(centres, partition.inertia, iterations);
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

  /** Points, the cluster of each, and what their means are made of. */
  private static final class Partition {
    private final INDArray points;
    private final float[] lengths;
    private final int[] clusters;
    private final double[][] sums;
    private final int[] counts;
    private double inertia;

    Partition(INDArray points, int count) {
      this.points = points;
      this.lengths = HeapCopy.of(points.norm2(1));
      this.clusters = new int[lengths.length];
      Arrays.fill(clusters, -1);
      this.sums = new double[count][Math.toIntExact(points.size(1))];
      this.counts = new int[count];
    }

    /** Gives each point to the centre that is nearest; false if all stay where they are. */
    boolean assign(INDArray centres) {
      int count = counts.length;
      FloatBuffer values = HeapCopy.buffer(points);
      float[] point = new float[sums[0].length];
      boolean changed = false;
      inertia = 0;
      for (int from = 0; from < clusters.length; from += BLOCK) {
        int to = Math.min(from + BLOCK, clusters.length);
        float[] scores =
            scores(points.get(NDArrayIndex.interval(from, to), NDArrayIndex.all()), centres);
        for (int i = from; i < to; i++) {
          int best = best(scores, (i - from) * count, count);
          if (clusters[i] != best) {
            values.get(i * point.length, point);
            take(clusters[i], point, -1);
            take(best, point, 1);
            clusters[i] = best;
            changed = true;
          }
          double length = lengths[i];
          inertia += length * length - scores[(i - from) * count + best];
        }
      }
      return changed;
    }

    /** Only points that change over are added again: soon they are few. */
    private void take(int cluster, float[] point, int sign) {
      if (cluster >= 0) {
        counts[cluster] += sign;
        double[] sum = sums[cluster];
        for (int c = 0; c < point.length; c++) {
          sum[c] += sign * point[c];
        }
      }
    }

    /** Moves every centre to the mean of its points. */
    void moveCentres(INDArray centres) {
      for (int cluster = 0; cluster < counts.length; cluster++) {
        if (counts[cluster] > 0) {
          float[] mean = new float[sums[cluster].length];
          for (int c = 0; c < mean.length; c++) {
            mean[c] = (float) (sums[cluster][c] / counts[cluster]);
          }
          centres.putRow(cluster, Nd4j.createFromArray(mean));
        }
      }
    }
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
    INDArray products = Nd4j.createUninitialized(DataType.FLOAT, points.size(0), centres.size(0));
    DotProducts.ofRows(points.size(0), centres.size(0), points.size(1)).write(points, centres, products);
    return HeapCopy.of(products.muli(2).subiRowVector(lengths.mul(lengths)));
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
    Partition partition = new Partition(plain(points), classes());
    partition.assign(centres);
    return partition.clusters;
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
