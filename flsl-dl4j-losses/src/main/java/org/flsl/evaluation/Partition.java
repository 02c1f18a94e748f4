package org.flsl.evaluation;

import java.nio.FloatBuffer;
import java.util.Arrays;
import java.util.stream.IntStream;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * Points, centres, and the centre that each point belongs to; used by one thread.
 *
 * <p>A point is compared with the centres again only where one of them may have come nearer than
 * its own, by the triangle inequality. Legend: n points, C width, k centres.
 */
final class Partition {
  private static final int BLOCK = 256;

  /** What a squared distance may be wrong by, as a share of the square of both lengths' sum. */
  private static final double ROUNDING = 1e-5;

  private final INDArray points;
  private final INDArray centres;
  private final float[] lengths;
  private final int[] clusters;

  /** How far a point is at most from its own centre, and at least from any other. */
  private final double[] near;

  private final double[] far;

  /** What the means are made of. */
  private final double[][] sums;

  private final int[] counts;

  /**
   * No point belongs to any centre yet.
   *
   * @param points {@code [n, C]}, of float32, in C order, owner of its memory
   * @param centres {@code [k, C]}, likewise; they will be moved
   */
  Partition(INDArray points, INDArray centres) {
    this.points = points;
    this.centres = centres;
    this.lengths = HeapCopy.of(points.norm2(1));
    this.clusters = new int[lengths.length];
    this.near = new double[lengths.length];
    this.far = new double[lengths.length];
    Arrays.fill(clusters, -1);
    Arrays.fill(near, Double.POSITIVE_INFINITY);
    this.counts = new int[Math.toIntExact(centres.size(0))];
    this.sums = new double[counts.length][Math.toIntExact(points.size(1))];
  }

  INDArray centres() {
    return centres;
  }

  /** The centre of each point. */
  int[] clusters() {
    return clusters.clone();
  }

  /** Gives each point to the centre that is nearest; false if all stay where they are. */
  boolean assign() {
    Scores scores = new Scores();
    int[] doubtful =
        IntStream.range(0, clusters.length)
            .filter(i -> !(far[i] * far[i] - near[i] * near[i] > 2 * scores.rounding(i)))
            .toArray();
    FloatBuffer values = HeapCopy.buffer(points);
    float[] point = new float[sums[0].length];
    boolean[] changed = new boolean[1];
    scores.forEach(
        doubtful,
        (i, scoresOfPoint) -> {
          int best = best(scoresOfPoint);
          if (clusters[i] != best) {
            values.get(i * point.length, point);
            take(clusters[i], point, -1);
            take(best, point, 1);
            clusters[i] = best;
            changed[0] = true;
          }
          near[i] = Math.sqrt(distance(i, scoresOfPoint[best]) + scores.rounding(i));
          scoresOfPoint[best] = Float.NEGATIVE_INFINITY;
          double next = distance(i, scoresOfPoint[best(scoresOfPoint)]);
          far[i] = Math.sqrt(Math.max(0, next - scores.rounding(i)));
        });
    return changed[0];
  }

  /** The first of the largest. */
  private static int best(float[] scores) {
    int best = 0;
    for (int cluster = 1; cluster < scores.length; cluster++) {
      if (scores[cluster] > scores[best]) {
        best = cluster;
      }
    }
    return best;
  }

  /** Squared. */
  private double distance(int point, float score) {
    return Math.max(0, (double) lengths[point] * lengths[point] - score);
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

  /** Moves every centre to the mean of its points; one without points stays. */
  void moveCentres() {
    double[] moved = new double[counts.length];
    FloatBuffer numbers = HeapCopy.target(centres);
    for (int cluster = 0; cluster < counts.length; cluster++) {
      double[] sum = sums[cluster];
      for (int c = 0; c < sum.length && counts[cluster] > 0; c++) {
        int place = cluster * sum.length + c;
        float mean = (float) (sum[c] / counts[cluster]);
        double step = (double) mean - numbers.get(place);
        moved[cluster] += step * step;
        numbers.put(place, mean);
      }
      moved[cluster] = Math.sqrt(moved[cluster]);
    }
    for (int i = 0; i < clusters.length; i++) {
      near[i] += moved[clusters[i]];
      far[i] -= most(moved, clusters[i]);
      far[i] = Math.max(0, far[i]);
    }
  }

  private static double most(double[] moved, int butThat) {
    double most = 0;
    for (int cluster = 0; cluster < moved.length; cluster++) {
      most = cluster == butThat ? most : Math.max(most, moved[cluster]);
    }
    return most;
  }

  /** The sum of the squared distances of all points from their centres. */
  double inertia() {
    double[] sum = new double[1];
    new Scores()
        .forEach(
            IntStream.range(0, clusters.length).toArray(),
            (i, scores) -> sum[0] += (double) lengths[i] * lengths[i] - scores[clusters[i]]);
    return sum[0];
  }

  /** Hears the scores of a point. */
  private interface Scored {
    void at(int point, float[] scores);
  }

  /** {@code 2 x . centre - |centre|^2} for the centres as they are now. */
  private final class Scores {
    private final float[] centreLengths = HeapCopy.of(centres.norm2(1));
    private final double longest;

    Scores() {
      double most = 0;
      for (float length : centreLengths) {
        most = Math.max(most, length);
      }
      longest = most;
    }

    /** What a squared distance may be wrong by. */
    double rounding(int point) {
      return ROUNDING * (lengths[point] + longest) * (lengths[point] + longest);
    }

    void forEach(int[] rows, Scored scored) {
      int block = Math.min(BLOCK, clusters.length);
      float[] scores = new float[counts.length];
      DotProducts dotProducts = DotProducts.ofRows(block, counts.length, points.size(1));
      try (RowGather gather = new RowGather(points, block);
          INDArray products = Nd4j.createUninitialized(DataType.FLOAT, block, counts.length)) {
        FloatBuffer numbers = HeapCopy.buffer(products);
        for (int start = 0; start < rows.length; start += block) {
          int end = Math.min(start + block, rows.length);
          dotProducts.write(gather.of(rows, start, end), centres, products);
          for (int i = start; i < end; i++) {
            numbers.get((i - start) * scores.length, scores);
            for (int cluster = 0; cluster < scores.length; cluster++) {
              float length = centreLengths[cluster];
              scores[cluster] = 2 * scores[cluster] - length * length;
            }
            scored.at(rows[i], scores);
          }
        }
      }
    }
  }
}
