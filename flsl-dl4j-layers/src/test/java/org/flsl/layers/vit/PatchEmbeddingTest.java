package org.flsl.layers.vit;

import static org.flsl.layers.Messages.assertRefused;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.flsl.layers.GradientCheck;
import org.flsl.layers.TinyGraph;
import org.flsl.layers.TokenGrid;
import org.flsl.layers.TokenTypes;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

class PatchEmbeddingTest {
  private static final int PATCH = 2;

  private static VitConfig config(Positions positions) {
    return VitConfig.builder()
        .width(8)
        .heads(2)
        .depth(1)
        .patch(PATCH)
        .imageSize(6, 6)
        .positions(positions)
        .build();
  }

  private static ComputationGraph graph(Positions positions, int[]... sizes) {
    PatchEmbedding embedding = new PatchEmbedding(config(positions), sizes.length);
    return TinyGraph.of(
        DataType.DOUBLE,
        b -> {
          String[] names = new String[sizes.length];
          InputType[] types = new InputType[sizes.length];
          for (int i = 0; i < sizes.length; i++) {
            names[i] = "view" + i;
            types[i] = InputType.convolutional(sizes[i][0], sizes[i][1], 3);
          }
          b.addInputs(names)
              .addVertex("embedding", embedding, names)
              .addLayer("out", new GradientCheck.MixedSquares(), "embedding")
              .setOutputs("out")
              .setInputTypes(types);
        });
  }

  private static INDArray image(long seed, int batch, int height, int width) {
    return TinyGraph.random(seed, batch, 3, height, width);
  }

  @ParameterizedTest
  @EnumSource(Positions.class)
  void gradientOfOneViewIsRight(Positions positions) {
    GradientCheck.check(graph(positions, new int[] {6, 6}), image(1, 2, 6, 6));
  }

  @ParameterizedTest
  @EnumSource(Positions.class)
  void gradientOfSeveralViewsOfDifferentAndNonSquareSizesIsRight(Positions positions) {
    int[][] sizes = {{6, 6}, {4, 8}, {4, 8}, {10, 2}};
    INDArray[] views = {
      image(1, 2, 6, 6), image(2, 2, 4, 8), image(3, 2, 4, 8), image(4, 2, 10, 2)
    };
    GradientCheck.check(graph(positions, sizes), views);
  }

  @Test
  void gradientOfLearnedPositionsPassesThroughResamplingAlone() {
    GradientCheck.check(graph(Positions.LEARNED, new int[] {8, 4}), image(1, 2, 8, 4));
  }

  @Test
  void tokenIsPatchTimesWeightPlusBiasPlusPosition() {
    ComputationGraph graph = graph(Positions.SINCOS, new int[] {6, 6}, new int[] {4, 8});
    INDArray first = image(1, 2, 6, 6);
    INDArray second = image(2, 2, 4, 8);
    INDArray tokens = graph.feedForward(new INDArray[] {first, second}, false).get("embedding");
    assertArrayEquals(new long[] {2, 9 + 8, 8}, tokens.shape());

    INDArray weight = graph.getVertex("embedding").paramTable(false).get(EmbeddedPatches.WEIGHT);
    INDArray bias = graph.getVertex("embedding").paramTable(false).get(EmbeddedPatches.BIAS);
    double[][] square = SinCosPositions.table(TokenGrid.square(3), 8);
    double[][] resample = BicubicGrid.matrix(TokenGrid.square(3), new TokenGrid(2, 4));
    for (int b = 0; b < 2; b++) {
      for (int channel = 0; channel < 8; channel++) {
        // First view, row 1, column 2.
        double expected = patch(first, b, 1, 2, weight, channel) + bias.getDouble(channel);
        assertEquals(expected + square[5][channel], tokens.getDouble(b, 5, channel), 1e-12);
        // Second view, row 1, column 3 of a 2 x 4 grid.
        double position = 0;
        for (int i = 0; i < 9; i++) {
          position += resample[7][i] * square[i][channel];
        }
        expected = patch(second, b, 1, 3, weight, channel) + bias.getDouble(channel);
        assertEquals(expected + position, tokens.getDouble(b, 9 + 7, channel), 1e-12);
      }
    }
  }

  private static double patch(
      INDArray image, int b, int row, int column, INDArray weight, int channel) {
    double sum = 0;
    for (int c = 0, i = 0; c < 3; c++) {
      for (int y = 0; y < PATCH; y++) {
        for (int x = 0; x < PATCH; x++, i++) {
          sum +=
              image.getDouble(b, c, row * PATCH + y, column * PATCH + x)
                  * weight.getDouble(i, channel);
        }
      }
    }
    return sum;
  }

  @Test
  void weightsBeginUniformWithinTheFanIn() {
    ComputationGraph graph =
        TinyGraph.plain(
            DataType.FLOAT,
            b ->
                b.addInputs("view")
                    .addVertex(
                        "embedding", new PatchEmbedding(config(Positions.LEARNED), 1), "view")
                    .addLayer("out", new GradientCheck.MixedSquares(), "embedding")
                    .setOutputs("out")
                    .setInputTypes(InputType.convolutional(6, 6, 3)));
    var params = graph.getVertex("embedding").paramTable(false);
    double bound = 1 / Math.sqrt(3 * PATCH * PATCH);
    double largest = params.get("patchW").amaxNumber().doubleValue();
    assertTrue(largest <= bound && largest > 0.9 * bound, "largest weight " + largest);
    assertEquals(0.02, params.get("positions").stdNumber().doubleValue(), 0.005);
  }

  @Test
  void outputHoldsTheTokensOfAllViews() {
    PatchEmbedding embedding = new PatchEmbedding(config(Positions.SINCOS), 2);
    InputType type =
        embedding.getOutputType(
            0, InputType.convolutional(6, 6, 3), InputType.convolutional(4, 8, 3));
    assertEquals(TokenTypes.sequence(8, 17), type);
  }

  @Test
  void errorsSayWhatWasFoundAndWhatWasExpected() {
    PatchEmbedding embedding = new PatchEmbedding(config(Positions.SINCOS), 1);
    InputType ok = InputType.convolutional(6, 6, 3);
    assertRefused(
        () -> embedding.getOutputType(0, InputType.convolutional(6, 6, 4)),
        "[batch, 3, height, width]",
        "InputType.convolutional(height, width, 3)",
        "c=4");
    assertRefused(
        () -> embedding.getOutputType(0, TokenTypes.sequence(8, 4)),
        "expects images",
        "InputTypeRecurrent");
    assertRefused(() -> embedding.getOutputType(0, ok, ok), "expects 1 views", "got 2 inputs");
    assertRefused(
        () -> embedding.getOutputType(0, InputType.convolutional(6, 7, 3)),
        "Patches of 2 pixels do not divide",
        "6 x 7",
        "multiple of 2");
    assertRefused(
        () -> new PatchEmbedding(config(Positions.SINCOS), 0), "at least one view", "got 0");
  }

  @Test
  void wrongImagesAreRefusedWhenTheyRun() {
    ComputationGraph graph = graph(Positions.SINCOS, new int[] {6, 6});
    assertRefused(
        () -> graph.output(TinyGraph.random(1, 2, 1, 6, 6)),
        "view 0",
        "[2, 1, 6, 6]",
        "expected [batch, 3, height, width]");
    ComputationGraph two = graph(Positions.SINCOS, new int[] {6, 6}, new int[] {4, 4});
    assertRefused(
        () -> two.output(TinyGraph.random(1, 2, 3, 6, 6), TinyGraph.random(2, 1, 3, 4, 4)),
        "view 1 has the shape [1, 3, 4, 4]",
        "view 0 [2, 3, 6, 6]");
  }
}
