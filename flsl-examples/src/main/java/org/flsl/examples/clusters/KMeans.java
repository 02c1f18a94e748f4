package org.flsl.examples.clusters;

import java.util.Arrays;
import java.util.SplittableRandom;

/**
 * K-means (Lloyd's iterations from a k-means++ start), the best of a few seeded attempts.
 *
 * <p>The same points, number of clusters and seed give the same clusters. Legend: n points, c
 * width, k clusters.
 */
public final class KMeans {
  private static final int ATTEMPTS = 4;
  private static final int ITERATIONS = 50;

  private final float[][] points;
  private final SplittableRandom random;
  private float[][] centres;
  private final int[] assignment;
  private double spread;

  private KMeans(float[][] points, int clusters, SplittableRandom random) {
    this.points = points;
    this.random = random;
    this.assignment = new int[points.length];
    this.centres = start(clusters);
  }

  /**
   * Clusters points.
   *
   * @param points {@code [n][c]}
   * @param clusters k, at most n
   * @return the cluster of each point; 0 is the largest cluster
   */
  public static int[] cluster(float[][] points, int clusters, long seed) {
    if (clusters < 1 || clusters > points.length) {
      throw new IllegalArgumentException(
          "K-means: cannot make %d clusters of %d points".formatted(clusters, points.length));
    }
    SplittableRandom random = new SplittableRandom(seed);
    KMeans best = null;
    for (int i = 0; i < ATTEMPTS; i++) {
      KMeans attempt = new KMeans(points, clusters, random.split());
      attempt.iterate();
      if (best == null || attempt.spread < best.spread) {
        best = attempt;
      }
    }
    return largestFirst(best.assignment, clusters);
  }

  /** K-means++: each next centre is a point drawn in proportion to its distance from the others. */
  private float[][] start(int clusters) {
    float[][] chosen = new float[clusters][];
    chosen[0] = points[random.nextInt(points.length)].clone();
    double[] nearest = new double[points.length];
    Arrays.fill(nearest, Double.POSITIVE_INFINITY);
    for (int k = 1; k < clusters; k++) {
      double sum = 0;
      for (int i = 0; i < points.length; i++) {
        nearest[i] = Math.min(nearest[i], distance(points[i], chosen[k - 1]));
        sum += nearest[i];
      }
      double left = random.nextDouble() * sum;
      int drawn = 0;
      while (drawn < points.length - 1 && (left -= nearest[drawn]) >= 0) {
        drawn++;
      }
      chosen[k] = points[drawn].clone();
    }
    return chosen;
  }

  private void iterate() {
    for (int i = 0; i < ITERATIONS && assign(); i++) {
      moveCentres();
    }
  }

  /** Assigns every point to its nearest centre and returns whether any changed. */
  private boolean assign() {
    boolean changed = false;
    spread = 0;
    for (int i = 0; i < points.length; i++) {
      int nearest = 0;
      double least = Double.POSITIVE_INFINITY;
      for (int k = 0; k < centres.length; k++) {
        double distance = distance(points[i], centres[k]);
        if (distance < least) {
          least = distance;
          nearest = k;
        }
      }
      changed |= assignment[i] != nearest;
      assignment[i] = nearest;
      spread += least;
    }
    return changed;
  }

  /** Moves every centre to the mean of its points; one without points stays. */
  private void moveCentres() {
    float[][] sums = new float[centres.length][points[0].length];
    int[] counts = new int[centres.length];
    for (int i = 0; i < points.length; i++) {
      counts[assignment[i]]++;
      float[] sum = sums[assignment[i]];
      for (int c = 0; c < sum.length; c++) {
        sum[c] += points[i][c];
      }
    }
    for (int k = 0; k < centres.length; k++) {
      if (counts[k] > 0) {
        for (int c = 0; c < sums[k].length; c++) {
          centres[k][c] = sums[k][c] / counts[k];
        }
      }
    }
  }

  private static double distance(float[] a, float[] b) {
    float sum = 0;
    for (int c = 0; c < a.length; c++) {
      float difference = a[c] - b[c];
      sum += difference * difference;
    }
    return sum;
  }

  private static int[] largestFirst(int[] assignment, int clusters) {
    Integer[] order = new Integer[clusters];
    Arrays.setAll(order, k -> k);
    long[] counts = new long[clusters];
    for (int cluster : assignment) {
      counts[cluster]++;
    }
    Arrays.sort(order, (a, b) -> Long.compare(counts[b], counts[a]));
    int[] rank = new int[clusters];
    for (int i = 0; i < clusters; i++) {
      rank[order[i]] = i;
    }
    return Arrays.stream(assignment).map(cluster -> rank[cluster]).toArray();
  }
}
