package org.flsl.evaluation;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import org.flsl.layers.TokenGrid;
import org.junit.jupiter.api.Test;
import org.nd4j.shade.jackson.databind.JsonNode;

class ConfusionMatrixTest {

  @Test
  void scoresAsScikitLearnDoes() {
    JsonNode golden = Golden.of("iou");
    ConfusionMatrix matrix = new ConfusionMatrix(golden.get("classes").asInt());
    matrix.add(Golden.ints(golden.get("truth")), Golden.ints(golden.get("predicted")));
    double[] iou = Golden.doubles(golden.get("iou"));
    for (int label = 0; label < iou.length; label++) {
      assertEquals(iou[label], matrix.iou(label), 1e-12);
    }
    assertTrue(Double.isNaN(matrix.iou(4)), "a class that never occurs has no IoU");
    assertEquals(golden.get("miou").asDouble(), matrix.meanIou(), 1e-12);
    assertEquals(golden.get("accuracy").asDouble(), matrix.accuracy(), 1e-12);
  }

  @Test
  void matchesClustersAsScipyDoes() {
    for (JsonNode golden : Golden.of("matching")) {
      double[][] counts = Golden.matrix(golden.get("counts"));
      ConfusionMatrix matrix = new ConfusionMatrix(counts.length, counts[0].length);
      for (int row = 0; row < counts.length; row++) {
        for (int column = 0; column < counts[row].length; column++) {
          matrix.add(row, column, (long) counts[row][column]);
        }
      }
      assertArrayEquals(Golden.ints(golden.get("classes")), ClusterMatching.classes(matrix));
      ConfusionMatrix matched = ClusterMatching.matched(matrix);
      assertEquals(matrix.total(), matched.total(), "pixels without a class are not lost");
      assertEquals(golden.get("right").asDouble() / matrix.total(), matched.accuracy(), 1e-12);
    }
  }

  @Test
  void unmatchedClustersAreWrongPixelsOfTheirClasses() {
    ConfusionMatrix matrix = new ConfusionMatrix(2, 3);
    matrix.add(new int[] {0, 0, 0, 1}, new int[] {0, 0, 2, 1});
    ConfusionMatrix matched = ClusterMatching.matched(matrix);
    assertEquals(2 / 3., matched.iou(0), 1e-12);
    assertEquals(1, matched.iou(1), 1e-12);
    assertEquals(3 / 4., matched.accuracy(), 1e-12);
  }

  @Test
  void stretchesScoresAsPytorchDoes() {
    JsonNode golden = Golden.of("bilinear");
    float[] scores = new float[3 * 4 * 5];
    int at = 0;
    for (JsonNode row : golden.get("scores")) {
      for (JsonNode token : row) {
        for (JsonNode score : token) {
          scores[at++] = (float) score.asDouble();
        }
      }
    }
    int[] expected =
        Arrays.stream(Golden.matrix(golden.get("best")))
            .flatMapToInt(row -> Arrays.stream(row).mapToInt(x -> (int) x))
            .toArray();
    int[] best = new BilinearScores(new TokenGrid(3, 4), 5).best(scores, 0, 14, 19);
    assertArrayEquals(expected, best);
  }
}
