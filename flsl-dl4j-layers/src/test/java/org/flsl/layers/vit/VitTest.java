package org.flsl.layers.vit;

import static org.flsl.layers.Messages.assertRefused;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.flsl.layers.TinyGraph;
import org.flsl.layers.TokenGrid;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.factory.Nd4j;

/** The whole Vision Transformer and its configuration. */
class VitTest {

  @ParameterizedTest
  @CsvSource({"tiny, 16, 192, 3", "small, 16, 384, 6", "small, 8, 384, 6", "base, 16, 768, 12"})
  void theUsualSizesAreAsPublished(String name, int patch, int width, int heads) {
    VitConfig config =
        switch (name) {
          case "tiny" -> VitConfig.tiny(patch);
          case "small" -> VitConfig.small(patch);
          default -> VitConfig.base(patch);
        };
    assertEquals(width, config.width());
    assertEquals(heads, config.heads());
    assertEquals(12, config.depth());
    assertEquals(patch, config.patch());
    assertEquals(TokenGrid.square(224 / patch), config.baseGrid());
    assertEquals(1e-6, config.normEps());
    assertEquals(0.1, config.dropPath());
    assertEquals(Positions.SINCOS, config.positions());
  }

  @Test
  void aStandaloneNetworkTakesNonSquareImagesOfAnotherSizeThanItsPositions() {
    VitConfig config = VitConfig.builder().width(8).heads(2).depth(2).patch(2).imageSize(6).build();
    ComputationGraph graph =
        new ComputationGraph(
            VitBackbone.of(config).standalone(new NeuralNetConfiguration.Builder().seed(1), 8, 4));
    graph.init();
    assertArrayEquals(
        new long[] {2, 8, 8},
        graph.outputSingle(TinyGraph.random(DataType.FLOAT, 1, 2, 3, 8, 4)).shape());
  }

  @Test
  void dropPathGrowsLinearlyFromZero() {
    VitConfig config =
        VitConfig.builder().width(8).heads(2).depth(3).patch(2).imageSize(6).dropPath(0.2).build();
    String json =
        VitBackbone.of(config)
            .standalone(new NeuralNetConfiguration.Builder().seed(1), 6, 6)
            .toJson();
    assertArrayEquals(
        new String[] {"0.0", "0.1", "0.2"},
        java.util.regex.Pattern.compile("\"dropPath\" : ([0-9.]+)")
            .matcher(json)
            .results()
            .map(match -> match.group(1))
            .toArray());
  }

  @Test
  void toBuilderKeepsEverySetting() {
    VitConfig config =
        VitConfig.builder()
            .width(12)
            .depth(3)
            .heads(4)
            .patch(2)
            .channels(1)
            .mlpRatio(2.5)
            .normEps(1e-5)
            .dropPath(0.3)
            .dropout(0.2)
            .positions(Positions.LEARNED)
            .finalNorm(false)
            .imageSize(8, 6)
            .build();
    VitConfig copy = config.toBuilder().build();
    assertEquals(12, copy.width());
    assertEquals(3, copy.depth());
    assertEquals(4, copy.heads());
    assertEquals(2, copy.patch());
    assertEquals(1, copy.channels());
    assertEquals(2.5, copy.mlpRatio());
    assertEquals(1e-5, copy.normEps());
    assertEquals(0.3, copy.dropPath());
    assertEquals(0.2, copy.dropout());
    assertEquals(Positions.LEARNED, copy.positions());
    assertEquals(false, copy.finalNorm());
    assertEquals(new TokenGrid(4, 3), copy.baseGrid());
  }

  @Test
  void errorsSayWhatWasFoundAndWhatToDo() {
    assertRefused(() -> VitConfig.builder().width(10).heads(4).build(), "4 heads", "width 10");
    assertRefused(() -> VitConfig.builder().patch(15).build(), "15", "224 x 224", "multiple of 15");
    assertRefused(() -> VitConfig.builder().width(6).heads(2).build(), "multiple of 4", "got 6");
    assertRefused(() -> VitConfig.builder().dropPath(1).build(), "dropPath", "[0, 1)", "1.0");
    assertRefused(() -> VitConfig.builder().dropout(-0.5).build(), "dropout", "-0.5");
    assertRefused(() -> VitConfig.builder().depth(0).build(), "depth", "positive");
    assertRefused(() -> VitConfig.builder().normEps(0).build(), "normEps", "0.0");
    assertRefused(() -> VitConfig.builder().mlpRatio(0.001).build(), "mlpRatio");
    double infinite = Double.POSITIVE_INFINITY;
    assertRefused(() -> VitConfig.builder().mlpRatio(infinite).build(), "mlpRatio", "an int holds");
    assertRefused(() -> VitConfig.builder().mlpRatio(Double.NaN).build(), "mlpRatio", "NaN");
    assertRefused(() -> VitConfig.builder().normEps(infinite).build(), "normEps", "finite");
    assertRefused(() -> new TokenGrid(0, 3), "0 x 3");
  }

  @Test
  void aNetworkOfOneViewTakesImagesOfAnySize() {
    VitConfig config =
        VitConfig.builder().width(8).depth(2).heads(2).patch(4).imageSize(16).build();
    ComputationGraph graph =
        new ComputationGraph(
            VitBackbone.of(config)
                .standalone(new NeuralNetConfiguration.Builder().seed(1), 16, 16));
    graph.init();
    assertArrayEquals(new long[] {2, 16, 8}, graph.outputSingle(Nd4j.rand(2, 3, 16, 16)).shape());
    assertArrayEquals(new long[] {1, 15, 8}, graph.outputSingle(Nd4j.rand(1, 3, 12, 20)).shape());
  }
}
