package org.flsl.evaluation;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import java.util.Arrays;
import java.util.stream.IntStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.NDArrayIndex;

class PartitionTest {
  private static final int POINTS = 600;

  /** Points that are not compared again lie where a comparison of all would put them. */
  @ParameterizedTest
  @CsvSource({"1, 5, 0", "100, 5, 0", "0.001, 5, 0", "1, 1, 0", "1, 40, 0", "1, 7, 30"})
  void everyPointStaysWithTheNearestCentre(double scale, int clusters, double offset) {
    Nd4j.getRandom().setSeed(11);
    INDArray points = Nd4j.randn(DataType.FLOAT, POINTS, 6).addi(offset).muli(scale);
    INDArray centres = points.get(NDArrayIndex.interval(0, clusters), NDArrayIndex.all()).dup('c');
    Partition partition = new Partition(points, centres);
    float[][] numbers = points.toFloatMatrix();
    for (int move = 0; move < 15; move++) {
      partition.assign();
      float[][] places = centres.toFloatMatrix();
      int[] found = partition.clusters();
      double least = 0;
      for (int i = 0; i < POINTS; i++) {
        float[] point = numbers[i];
        double nearest =
            Arrays.stream(places).mapToDouble(p -> squared(point, p)).min().orElseThrow();
        double own = squared(point, places[found[i]]);
        double rounding = 1e-5 * (1 + offset * offset) * scale * scale;
        assertEquals(nearest, own, rounding);
        least += nearest;
      }
      assertEquals(
          least, partition.inertia(), 1e-5 * POINTS * (1 + offset * offset) * scale * scale);
      partition.moveCentres();
    }
  }

  /** Where all points come to rest, nothing changes any more. */
  @ParameterizedTest
  @CsvSource({"3", "12"})
  void comesToRest(int clusters) {
    Nd4j.getRandom().setSeed(12);
    INDArray points = Nd4j.randn(DataType.FLOAT, 300, 3);
    Partition partition =
        new Partition(
            points, points.get(NDArrayIndex.interval(0, clusters), NDArrayIndex.all()).dup('c'));
    int moves = 0;
    while (partition.assign() && moves < 1000) {
      partition.moveCentres();
      moves++;
    }
    assertFalse(partition.assign(), "still moving after " + moves);
  }

  private static double squared(float[] a, float[] b) {
    return IntStream.range(0, a.length)
        .mapToDouble(c -> ((double) a[c] - b[c]) * ((double) a[c] - b[c]))
        .sum();
  }
}
