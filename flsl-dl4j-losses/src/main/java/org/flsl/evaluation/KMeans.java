package org.flsl.evaluation;

import java.nio.FloatBuffer;
import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicReference;
import org.flsl.layers.kernels.OneThread;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * K-means: Lloyd's iterations from centres that are given, or drawn as k-means++ does.
 *
 * <p>The same points, number of clusters and seed give the same clusters. As a {@link
 * TokenClassifier} it scores a cluster by {@code -|x - centre|^2} (less {@code |x|^2}, which all
 * clusters share). A cluster that loses all its points keeps its centre. Points that cannot have
 * come nearer to another centre, by the triangle inequality (Hamerly 2010), are not compared again:
 * soon those are most. Legend: n points, C width, k clusters.
 */
public final class KMeans implements TokenClassifier {
  private static final int ITERATIONS = 300;

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
    return from(points, start(HeapCopy.plain(points), clusters, new SplittableRandom(seed)));
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
    INDArray centres = HeapCopy.plain(start).dup('c');
    AtomicReference<KMeans> found = new AtomicReference<>();
    OneThread.run(() -> found.set(from(new Partition(HeapCopy.plain(points), centres))));
    return found.get();
  }

  private static KMeans from(Partition partition) {
    partition.assign();
    int iterations = 0;
    for (boolean changed = true; changed && iterations < ITERATIONS; iterations++) {
      partition.moveCentres();
      changed = partition.assign();
    }
    return new KMeans(partition.centres(), partition.inertia(), iterations);
  }

  /** K-means++: each next centre is a point drawn in proportion to its distance from the others. */
  private static INDArray start(INDArray points, int clusters, SplittableRandom random) {
    int n = Math.toIntExact(points.size(0));
    INDArray centres = Nd4j.createUninitialized(DataType.FLOAT, clusters, points.size(1));
    double[] nearest = new double[n];
    Arrays.fill(nearest, Double.POSITIVE_INFINITY);
    int drawn = random.nextInt(n);
    FloatBuffer values = HeapCopy.buffer(points);
    float[] point = new float[Math.toIntExact(points.size(1))];
    float[] centre = new float[point.length];
    for (int cluster = 0; cluster < clusters; cluster++) {
      values.get(drawn * centre.length, centre);
      HeapCopy.target(centres).put(cluster * centre.length, centre);
      double sum = 0;
      for (int i = 0; i < n; i++) {
        values.get(i * point.length, point);
        nearest[i] = Math.min(nearest[i], distance(point, centre));
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

  /** Squared. */
  private static double distance(float[] point, float[] centre) {
    // Two sums, since an addition waits for the one before.
    double even = 0;
    double odd = 0;
    for (int c = 0; c + 1 < point.length; c += 2) {
      double apart = point[c] - centre[c];
      double next = point[c + 1] - centre[c + 1];
      even += apart * apart;
      odd += next * next;
    }
    if (point.length % 2 == 1) {
      double apart = point[point.length - 1] - centre[point.length - 1];
      even += apart * apart;
    }
    return even + odd;
  }

  /** {@code 2 x . centre - |centre|^2}. */
  private static float[] scores(INDArray points, INDArray centres) {
    INDArray lengths = centres.norm2(1);
    INDArray products = Nd4j.createUninitialized(DataType.FLOAT, points.size(0), centres.size(0));
    DotProducts.ofRows(points.size(0), centres.size(0), points.size(1))
        .write(points, centres, products);
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
    return likeliest(points);
  }

  @Override
  public int classes() {
    return Math.toIntExact(centres.size(0));
  }

  @Override
  public float[] scores(INDArray tokens) {
    return scores(HeapCopy.plain(tokens), centres);
  }
}
