package org.flsl.evaluation.video;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.IOException;
import java.nio.file.Files;
import java.util.List;
import java.util.stream.IntStream;
import org.flsl.evaluation.data.EvaluationFixtures;
import org.flsl.layers.TokenGrid;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

class LabelPropagationTest {

  private static final TokenGrid GRID = new TokenGrid(7, 9);
  private static final int WIDTH = 6;
  private static final int LABELS = 3;

  @Test
  void agreesWithNumpy() throws IOException {
    List<LabelPropagation.Labelled> context =
        IntStream.range(0, 3)
            .mapToObj(f -> new LabelPropagation.Labelled(tokens(f), labels(f)))
            .toList();

    float[] found =
        LabelPropagation.builder().radius(2).build().next(tokens(9), context, GRID, LABELS);

    List<String> expected = Files.readAllLines(EvaluationFixtures.path("propagation/expected.csv"));
    for (int i = 0; i < GRID.tokens(); i++) {
      String[] row = expected.get(i).split(",");
      for (int label = 0; label < LABELS; label++) {
        assertEquals(Double.parseDouble(row[label]), found[i * LABELS + label], 2e-5, "token " + i);
      }
    }
  }

  /** Any numbers that another program can make as well. */
  private static INDArray tokens(int frame) {
    float[][] tokens = new float[GRID.tokens()][WIDTH];
    for (int n = 0; n < tokens.length; n++) {
      double[] values = new double[WIDTH];
      double square = 0;
      for (int c = 0; c < WIDTH; c++) {
        values[c] = Math.sin(1.7 * n + 2.3 * c * (n + 1) + 0.9 * frame * c + frame);
        square += values[c] * values[c];
      }
      for (int c = 0; c < WIDTH; c++) {
        tokens[n][c] = (float) (values[c] / Math.sqrt(square));
      }
    }
    return Nd4j.create(tokens);
  }

  private static float[] labels(int frame) {
    float[] labels = new float[GRID.tokens() * LABELS];
    for (int n = 0; n < GRID.tokens(); n++) {
      double sum = 0;
      for (int c = 0; c < LABELS; c++) {
        sum += Math.abs(Math.cos(0.8 * n + 1.1 * c + 2 * frame));
      }
      for (int c = 0; c < LABELS; c++) {
        double value = Math.abs(Math.cos(0.8 * n + 1.1 * c + 2 * frame));
        labels[n * LABELS + c] = (float) (value / sum);
      }
    }
    return labels;
  }

  @Test
  void looksNoFurtherThanTheRadius() {
    float[] labels = new float[GRID.tokens() * LABELS];
    for (int n = 0; n < GRID.tokens(); n++) {
      labels[n * LABELS] = 1;
    }
    int corner = GRID.tokens() - 1;
    labels[corner * LABELS] = 0;
    labels[corner * LABELS + 1] = 1;
    // Every token looks like every other.
    INDArray same = Nd4j.ones(GRID.tokens(), WIDTH).divi(Math.sqrt(WIDTH));
    List<LabelPropagation.Labelled> context = List.of(new LabelPropagation.Labelled(same, labels));

    float[] found =
        LabelPropagation.builder()
            .radius(1)
            .neighbours(4)
            .build()
            .next(same, context, GRID, LABELS);

    assertEquals(0.25f, found[corner * LABELS + 1], 1e-6);
    assertEquals(0.75f, found[corner * LABELS], 1e-6);
    assertEquals(1f, found[0], 1e-6);
    assertEquals(0f, found[(corner - 2) * LABELS + 1], "two columns away");
  }

  @Test
  void takesFewerNeighboursWhereThereAreFewer() {
    TokenGrid grid = new TokenGrid(1, 2);
    INDArray tokens = Nd4j.create(new float[][] {{1, 0}, {0, 1}});
    float[] labels = {1, 0, 0, 1};
    List<LabelPropagation.Labelled> context =
        List.of(new LabelPropagation.Labelled(tokens, labels));

    float[] found =
        LabelPropagation.builder().radius(0).neighbours(5).build().next(tokens, context, grid, 2);

    assertArrayEquals(labels, found, 1e-6f);
  }

  @Test
  void refusesSettingsOutOfRange() {
    assertThrows(
        IllegalArgumentException.class, () -> LabelPropagation.builder().temperature(0).build());
    assertThrows(
        IllegalArgumentException.class, () -> LabelPropagation.builder().neighbours(0).build());
  }
}
