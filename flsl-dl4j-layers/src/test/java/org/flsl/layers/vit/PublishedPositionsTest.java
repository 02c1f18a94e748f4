package org.flsl.layers.vit;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Map;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.flsl.layers.GradientCheck;
import org.flsl.layers.Published;
import org.flsl.layers.TinyGraph;
import org.flsl.layers.TokenGrid;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** Positions as the paper's code has them. */
class PublishedPositionsTest {
  private static final int WIDTH = 24;

  @ParameterizedTest
  @ValueSource(ints = {14, 6})
  void sineCosineTableIsThePublishedOne(int side) {
    INDArray table = Nd4j.create(SinCosPositions.table(TokenGrid.square(side), WIDTH));
    assertClose(Published.array("sincos_d24_grid" + side), table);
  }

  @ParameterizedTest
  @CsvSource({
    "sincos, 14, 6, 6",
    "sincos, 14, 12, 12",
    "sincos, 14, 12, 8",
    "sincos, 14, 16, 16",
    "sincos, 14, 20, 20",
    "sincos, 6, 4, 4",
    "sincos, 6, 9, 9",
    "learned, 14, 6, 6",
    "learned, 14, 12, 12",
    "learned, 14, 12, 8",
    "learned, 14, 16, 16",
    "learned, 14, 20, 20",
    "learned, 6, 4, 4",
    "learned, 6, 9, 9"
  })
  void resampledPositionsOfTheEmbeddingAreThePublishedOnes(
      String kind, int side, int height, int width) {
    VitConfig config =
        VitConfig.builder()
            .width(WIDTH)
            .heads(2)
            .patch(1)
            .imageSize(side)
            .positions(kind.equals("sincos") ? Positions.SINCOS : Positions.LEARNED)
            .build();
    ComputationGraph graph =
        TinyGraph.of(
            DataType.DOUBLE,
            b ->
                b.addInputs("image")
                    .addVertex("embedding", new PatchEmbedding(config, 1), "image")
                    .addLayer("out", new GradientCheck.MixedSquares(), "embedding")
                    .setOutputs("out")
                    .setInputTypes(InputType.convolutional(height, width, 3)));
    Map<String, INDArray> params = graph.getVertex("embedding").paramTable(false);
    graph.params().assign(0);
    String table = kind + "_d24_grid" + side;
    if (kind.equals("learned")) {
      params.get(EmbeddedPatches.POSITIONS).assign(Published.array(table));
    }
    INDArray tokens = graph.outputSingle(TinyGraph.random(1, 1, 3, height, width));
    assertClose(Published.array(table + "_to_" + height + "x" + width), tokens.slice(0));
  }

  @Test
  void theBaseGridIsNotResampled() {
    double[][] matrix = BicubicGrid.matrix(TokenGrid.square(3), TokenGrid.square(3));
    for (int i = 0; i < 9; i++) {
      for (int j = 0; j < 9; j++) {
        assertEquals(i == j ? 1 : 0, matrix[i][j]);
      }
    }
  }

  private static void assertClose(INDArray expected, INDArray actual) {
    assertArrayEquals(expected.shape(), actual.shape());
    assertEquals(0, expected.sub(actual).amaxNumber().doubleValue(), 2e-5);
  }
}
