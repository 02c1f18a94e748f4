package org.flsl.layers.dense;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.flsl.layers.GradientCheck;
import org.flsl.layers.TinyGraph;
import org.flsl.layers.TokenGrid;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.api.ops.impl.layers.convolution.config.Conv2DConfig;
import org.nd4j.linalg.api.ops.impl.layers.convolution.config.PaddingMode;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.ops.transforms.Transforms;

/** The levels of a pyramid and the towers over them, beside ND4J's own operations. */
class DetectorLayersTest {
  private static final int CHANNELS = 8;
  private static final int WIDTH = 4;

  private static ComputationGraph level(int scale, int height, int width) {
    return TinyGraph.of(
        DataType.DOUBLE,
        b ->
            b.addInputs("maps")
                .addLayer("level", PyramidLevel.of(CHANNELS, WIDTH, scale), "maps")
                .addLayer("out", new GradientCheck.MixedSquares(), "level")
                .setOutputs("out")
                .setInputTypes(InputType.convolutional(height, width, CHANNELS)));
  }

  private static INDArray param(ComputationGraph graph, String name) {
    return graph.getLayer("level").getParam(name);
  }

  private static INDArray normed(ComputationGraph graph, INDArray maps, String name) {
    INDArray centred = maps.sub(maps.mean(true, 3));
    INDArray deviation = Transforms.sqrt(centred.mul(centred).mean(true, 3).addi(1e-6));
    return centred
        .divi(deviation)
        .muli(param(graph, name + "Gain").reshape(1, 1, 1, -1))
        .addi(param(graph, name + "Bias").reshape(1, 1, 1, -1));
  }

  /** What comes behind the change of size, {@code [B, h, w, C]} to {@code [B, width, h, w]}. */
  private static INDArray rest(ComputationGraph graph, INDArray x) {
    long channels = x.size(3);
    INDArray rows = x.dup('c').reshape(-1, channels).mmul(param(graph, "projW"));
    INDArray reduced =
        normed(
            graph,
            rows.addi(param(graph, "projB").reshape(1, -1))
                .reshape(x.size(0), x.size(1), x.size(2), WIDTH),
            "projNorm");
    Conv2DConfig same =
        Conv2DConfig.builder().kH(3).kW(3).paddingMode(PaddingMode.SAME).dataFormat("NHWC").build();
    INDArray weight = param(graph, "convW").dup('c').reshape('c', 3, 3, WIDTH, WIDTH);
    INDArray found =
        Nd4j.cnn().conv2d(reduced, weight, param(graph, "convB").dup().reshape(-1), same);
    return normed(graph, found, "convNorm").permute(0, 3, 1, 2);
  }

  private static void compare(INDArray expected, ComputationGraph graph, INDArray maps) {
    INDArray found = graph.outputSingle(maps);
    assertArrayEquals(expected.shape(), found.shape());
    assertEquals(0, expected.sub(found).amaxNumber().doubleValue(), 1e-10);
  }

  @Test
  void halfTheSideIsTheMaximumOfFourPlacesAndLeavesAnOddRowOut() {
    ComputationGraph graph = level(-1, 5, 4);
    INDArray maps = TinyGraph.random(3, 2, CHANNELS, 5, 4);
    INDArray halved = Nd4j.create(DataType.DOUBLE, 2, 2, 2, CHANNELS);
    for (int i = 0; i < halved.length(); i++) {
      int c = i % CHANNELS;
      int x = i / CHANNELS % 2;
      int y = i / CHANNELS / 2 % 2;
      int b = i / CHANNELS / 4;
      double largest = Double.NEGATIVE_INFINITY;
      for (int place = 0; place < 4; place++) {
        largest = Math.max(largest, maps.getDouble(b, c, 2 * y + place / 2, 2 * x + place % 2));
      }
      halved.putScalar(new int[] {b, y, x, c}, largest);
    }
    compare(rest(graph, halved), graph, maps);
    GradientCheck.check(graph, maps);
  }

  @Test
  void twiceTheSideIsATransposedConvolution() {
    ComputationGraph graph = level(1, 2, 3);
    INDArray maps = TinyGraph.random(3, 2, CHANNELS, 2, 3);
    int out = CHANNELS / 2;
    INDArray doubled = Nd4j.create(DataType.DOUBLE, 2, 4, 6, out);
    INDArray weight = param(graph, "up0W");
    INDArray bias = param(graph, "up0B").dup().reshape(-1);
    for (int b = 0; b < 2; b++) {
      for (int y = 0; y < 4; y++) {
        for (int x = 0; x < 6; x++) {
          for (int c = 0; c < out; c++) {
            int column = (y % 2 * 2 + x % 2) * out + c;
            double sum = bias.getDouble(column);
            for (int k = 0; k < CHANNELS; k++) {
              sum += maps.getDouble(b, k, y / 2, x / 2) * weight.getDouble(k, column);
            }
            doubled.putScalar(new int[] {b, y, x, c}, sum);
          }
        }
      }
    }
    compare(rest(graph, doubled), graph, maps);
  }

  @Test
  void theSameNetworkTakesMapsOfAnySize() {
    ComputationGraph graph = level(2, 3, 3);
    INDArray found = graph.outputSingle(TinyGraph.random(3, 1, CHANNELS, 2, 5));
    assertArrayEquals(new long[] {1, WIDTH, 8, 20}, found.shape());
  }

  @Test
  void theOrderOfLevelsIsThatOfTheirPlacesAndAllShareTheWeights() {
    ComputationGraph graph =
        TinyGraph.of(
            DataType.DOUBLE,
            b ->
                b.addInputs("fine", "coarse")
                    .addVertex("towers", new DetectionTowers(2, WIDTH, 2, 3), "fine", "coarse")
                    .addLayer("out", new GradientCheck.MixedSquares(), "towers")
                    .setOutputs("out")
                    .setInputTypes(
                        InputType.convolutional(4, 6, WIDTH),
                        InputType.convolutional(2, 3, WIDTH)));
    INDArray fine = TinyGraph.random(5, 2, WIDTH, 4, 6);
    INDArray coarse = TinyGraph.random(6, 2, WIDTH, 2, 3);
    INDArray found = graph.outputSingle(fine, coarse);
    assertArrayEquals(new long[] {2, 24 + 6, 8}, found.shape());
    INDArray exchanged = graph.outputSingle(coarse, fine);
    for (int place = 0; place < 30; place++) {
      for (int i = 0; i < 8; i++) {
        double value = found.getDouble(1, place, i);
        assertEquals(value, exchanged.getDouble(1, (place + 6) % 30, i), 1e-12);
        assertTrue(i < 3 || i == 7 || value > 0, "distances are positive");
      }
    }
    GradientCheck.check(graph, fine, coarse);
  }

  @Test
  void prototypesAreToldByTheFinestLevelAlone() {
    int prototypes = 2;
    ComputationGraph graph =
        TinyGraph.of(
            DataType.DOUBLE,
            b ->
                b.addInputs("fine", "coarse")
                    .addVertex(
                        "towers", new DetectionTowers(2, WIDTH, 1, 3, prototypes), "fine", "coarse")
                    .addLayer("out", new GradientCheck.MixedSquares(), "towers")
                    .setOutputs("out")
                    .setInputTypes(
                        InputType.convolutional(4, 2, WIDTH),
                        InputType.convolutional(2, 1, WIDTH)));
    INDArray fine = TinyGraph.random(5, 2, WIDTH, 4, 2);
    INDArray coarse = TinyGraph.random(6, 2, WIDTH, 2, 1);
    INDArray found = graph.outputSingle(fine, coarse);
    INDArray other = graph.outputSingle(fine, coarse.neg());
    int first = 3 + DetectionTowers.BOX + prototypes;
    int end = first + DetectionTowers.QUARTERS * prototypes;
    assertArrayEquals(new long[] {2, 8 + 2, end}, found.shape());
    for (int place = 0; place < 10; place++) {
      for (int i = first; i < end; i++) {
        double value = found.getDouble(1, place, i);
        assertEquals(place >= 8, value == 0);
        assertEquals(value, other.getDouble(1, place, i));
      }
      double coefficient = found.getDouble(1, place, first - 1);
      assertEquals(place >= 8, Math.abs(coefficient - other.getDouble(1, place, first - 1)) > 1e-9);
    }
    GradientCheck.check(graph, fine, coarse);
    assertThrows(IllegalArgumentException.class, () -> new DetectionTowers(1, 4, 1, 3, -1));
  }

  @Test
  void whatDoesNotFitIsExplained() {
    String tooSmall = assertThrows(Exception.class, () -> level(-2, 3, 9)).getMessage();
    assertTrue(tooSmall.contains("cannot halve a map of 3 x 9"), tooSmall);
    assertThrows(IllegalArgumentException.class, () -> PyramidLevel.of(2, 4, 2));
    // Their shifts would begin again at 1 and 31.
    for (int scale : new int[] {33, -33}) {
      String wide =
          assertThrows(IllegalArgumentException.class, () -> PyramidLevel.of(8, 4, scale))
              .getMessage();
      assertTrue(wide.endsWith("must lie in -30..30, got " + scale), wide);
      TokenGrid map = TokenGrid.square(4);
      assertThrows(IllegalArgumentException.class, () -> PyramidLevel.grid(map, scale));
    }
    String channels =
        assertThrows(
                Exception.class,
                () -> level(0, 3, 3).outputSingle(TinyGraph.random(1, 1, CHANNELS + 1, 3, 3)))
            .getMessage();
    assertTrue(channels.contains("expected [batch, " + CHANNELS), channels);
    INDArray[] levels = {TinyGraph.random(1, 2, 4, 2, 2), TinyGraph.random(2, 1, 4, 1, 1)};
    String batches =
        assertThrows(
                IllegalArgumentException.class,
                () -> new DetectionTowers(2, 4, 1, 3).validateInput(levels))
            .getMessage();
    assertTrue(batches.contains("levels of 2 and of 1 images do not fit"), batches);
  }
}
