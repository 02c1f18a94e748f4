package org.flsl.evaluation;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.shade.jackson.databind.JsonNode;

class KMeansTest {

  @Test
  void endsWhereScikitLearnEndsFromTheSameStart() {
    JsonNode golden = Golden.of("kmeans");
    INDArray points = Golden.array(golden.get("points"));
    INDArray start = Golden.array(golden.get("start"));
    KMeans means = KMeans.from(points, start);
    assertArrayEquals(Golden.ints(golden.get("labels")), means.assign(points));
    double[][] centres = Golden.matrix(golden.get("centres"));
    for (int i = 0; i < centres.length; i++) {
      assertArrayEquals(centres[i], means.centres().getRow(i).toDoubleVector(), 1e-4);
    }
    assertEquals(golden.get("inertia").asDouble(), means.inertia(), 0.01);
    assertEquals(Golden.array(golden.get("start")), start, "the start is left as it was");
  }

  @Test
  void findsClustersThatLieFarApart() {
    Nd4j.getRandom().setSeed(3);
    INDArray points = Nd4j.randn(DataType.FLOAT, 9000, 3).muli(0.1);
    for (int i = 0; i < 9000; i++) {
      points.putScalar(i, i % 3, points.getFloat(i, i % 3) + 10);
    }
    int[] clusters = KMeans.fit(points, 3, 1).assign(points);
    for (int i = 3; i < 9000; i++) {
      assertEquals(clusters[i % 3], clusters[i]);
    }
    assertEquals(3, Arrays.stream(clusters).distinct().count());
  }

  @Test
  void theSeedDecides() {
    Nd4j.getRandom().setSeed(4);
    INDArray points = Nd4j.randn(DataType.FLOAT, 300, 4);
    assertEquals(KMeans.fit(points, 7, 1).centres(), KMeans.fit(points, 7, 1).centres());
    assertNotEquals(KMeans.fit(points, 7, 1).centres(), KMeans.fit(points, 7, 2).centres());
  }

  @Test
  void aClusterWithoutPointsStays() {
    INDArray points = Nd4j.createFromArray(new float[][] {{0, 0}, {0, 1}});
    INDArray start = Nd4j.createFromArray(new float[][] {{0, 0.4f}, {50, 50}});
    KMeans means = KMeans.from(points, start);
    assertEquals(Nd4j.createFromArray(new float[][] {{0, 0.5f}, {50, 50}}), means.centres());
    assertEquals(0.5, means.inertia(), 1e-6);
  }

  @Test
  void refusesMoreClustersThanPoints() {
    assertThrows(IllegalArgumentException.class, () -> KMeans.fit(Nd4j.ones(3, 2), 4, 1));
  }
}
