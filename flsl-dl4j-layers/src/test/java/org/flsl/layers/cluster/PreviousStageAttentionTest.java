package org.flsl.layers.cluster;

import static org.flsl.layers.Messages.assertRefused;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Set;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.flsl.layers.GradientCheck;
import org.flsl.layers.TinyGraph;
import org.flsl.layers.TokenTypes;
import org.flsl.layers.vit.TokenNorm;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

class PreviousStageAttentionTest {
  private static final int WIDTH = 6;

  private static ComputationGraph graph(double temperature, double sharpness) {
    return TinyGraph.of(
        DataType.DOUBLE,
        b ->
            b.addInputs("q", "z")
                .addLayer("qNorm", TokenNorm.builder(WIDTH).build(), "q")
                .addLayer("zNorm", TokenNorm.builder(WIDTH).build(), "z")
                .addVertex(
                    "attention",
                    new PreviousStageAttention(temperature, sharpness),
                    "qNorm",
                    "zNorm")
                .addLayer("out", new GradientCheck.MixedSquares(), "attention")
                .setOutputs("out")
                .setInputTypes(TokenTypes.sequence(WIDTH, 3), TokenTypes.sequence(WIDTH, 5)));
  }

  @Test
  void gradientIsRight() {
    // A softmax does not notice the same shift of all tokens.
    Set<String> unused = Set.of("zNorm/bias");
    GradientCheck.checkExcept(
        graph(0.7, 5), unused, TinyGraph.random(1, 2, 3, WIDTH), TinyGraph.random(2, 2, 5, WIDTH));
  }

  @Test
  void rowsSumToOneAndTheSharpestChooseTokens() {
    INDArray[] inputs = {TinyGraph.random(1, 2, 3, WIDTH), TinyGraph.random(2, 2, 5, WIDTH)};
    INDArray attention = graph(0.7, 1e6).feedForward(inputs, false).get("attention");
    for (int b = 0; b < 2; b++) {
      for (int query = 0; query < 3; query++) {
        INDArray row = attention.slice(b).getRow(query);
        assertEquals(1, row.sumNumber().doubleValue(), 1e-12);
        double chosen = row.maxNumber().doubleValue();
        for (int token = 0; token < 5; token++) {
          double value = row.getDouble(token);
          assertTrue(value < 1e-9 || Math.abs(value - chosen) < 1e-9, () -> row.toString());
        }
      }
    }
  }

  @Test
  void errorsSayWhatWasFoundAndWhatWasExpected() {
    PreviousStageAttention attention = new PreviousStageAttention(0.2, 50);
    assertEquals(
        TokenTypes.sequence(5, 3),
        attention.getOutputType(0, TokenTypes.sequence(WIDTH, 3), TokenTypes.sequence(WIDTH, 5)));
    assertRefused(
        () -> attention.getOutputType(0, TokenTypes.sequence(WIDTH, 3), TokenTypes.sequence(8, 5)),
        "width 6",
        "width 8");
    assertRefused(() -> new PreviousStageAttention(0, 50), "positive", "0.0 and 50.0");
    assertRefused(() -> new PreviousStageAttention(0.2, Double.NaN), "positive", "NaN");
    assertRefused(
        () -> new PreviousStageAttention(Double.POSITIVE_INFINITY, 50), "finite", "Infinity");
    assertRefused(
        () ->
            graph(0.7, 5)
                .output(TinyGraph.random(1, 2, 3, WIDTH), TinyGraph.random(2, 1, 5, WIDTH)),
        "[2, 3, 6]",
        "[1, 5, 6]");
  }
}
