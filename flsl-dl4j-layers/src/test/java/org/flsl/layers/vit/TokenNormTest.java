package org.flsl.layers.vit;

import static org.flsl.layers.Messages.assertRefused;
import static org.junit.jupiter.api.Assertions.assertEquals;

import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.flsl.layers.GradientCheck;
import org.flsl.layers.TinyGraph;
import org.flsl.layers.TokenTypes;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

class TokenNormTest {
  private static final int WIDTH = 6;

  private static ComputationGraph graph(DataType type, boolean typed) {
    return TinyGraph.of(
        type,
        b -> {
          b.addInputs("x")
              .addLayer("first", TokenNorm.builder(WIDTH).build(), "x")
              .addLayer("second", TokenNorm.builder(WIDTH).eps(0.1).build(), "first")
              .addLayer("out", new GradientCheck.MixedSquares(), "second")
              .setOutputs("out");
          if (typed) {
            b.setInputTypes(TokenTypes.sequence(WIDTH, 4));
          }
        });
  }

  @Test
  void gradientIsRight() {
    GradientCheck.check(graph(DataType.DOUBLE, true), TinyGraph.random(1, 3, 4, WIDTH));
  }

  @Test
  void constantTokensGiveTheBias() {
    ComputationGraph graph = graph(DataType.FLOAT, true);
    INDArray constant = Nd4j.ones(DataType.FLOAT, 2, 4, WIDTH).muli(3);
    INDArray output = graph.feedForward(new INDArray[] {constant}, false).get("first");
    INDArray bias = graph.getLayer("first").paramTable().get("bias");
    for (int c = 0; c < WIDTH; c++) {
      assertEquals(bias.getDouble(c), output.getDouble(1, 2, c), 1e-6);
    }
  }

  @Test
  void errorsSayWhatWasFoundAndWhatWasExpected() {
    TokenNorm norm = TokenNorm.builder(WIDTH).build();
    assertRefused(() -> norm.getOutputType(0, TokenTypes.sequence(8, 4)), "width 6", "got width 8");
    assertRefused(() -> norm.getOutputType(0, InputType.recurrent(WIDTH)), "RNNFormat.NWC", "got");
    assertRefused(() -> TokenNorm.builder(WIDTH).eps(0).build(), "eps", "0.0");
    assertRefused(() -> TokenNorm.builder(WIDTH).eps(Double.NaN).build(), "eps", "NaN");
    assertRefused(
        () -> TokenNorm.builder(WIDTH).eps(Double.POSITIVE_INFINITY).build(), "eps", "finite");
    assertRefused(() -> TokenNorm.builder(0).build(), "width", "0");
  }

  @Test
  void tokensOfAnotherWidthAreRefusedWhenTheyRun() {
    // Twice the width: silently read as twice as many images otherwise.
    assertRefused(
        () -> graph(DataType.DOUBLE, false).output(TinyGraph.random(1, 2, 4, 12)),
        "[2, 4, 12]",
        "[batch, tokens, 6]");
  }
}
