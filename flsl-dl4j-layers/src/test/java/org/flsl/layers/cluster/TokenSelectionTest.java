package org.flsl.layers.cluster;

import static org.flsl.layers.Messages.assertRefused;
import static org.junit.jupiter.api.Assertions.assertEquals;

import org.deeplearning4j.nn.graph.ComputationGraph;
import org.flsl.layers.GradientCheck;
import org.flsl.layers.TinyGraph;
import org.flsl.layers.TokenTypes;
import org.flsl.layers.vit.TokenNorm;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

class TokenSelectionTest {
  private static final int WIDTH = 6;

  private static ComputationGraph graph() {
    return TinyGraph.of(
        DataType.DOUBLE,
        b ->
            b.addInputs("x", "selector")
                .addLayer("norm", TokenNorm.builder(WIDTH).build(), "x")
                .addVertex("queries", new TokenSelection(), "norm", "selector")
                .addLayer("out", new GradientCheck.MixedSquares(), "queries")
                .setOutputs("out")
                .setInputTypes(TokenTypes.sequence(WIDTH, 5), TokenTypes.sequence(5, 3)));
  }

  @Test
  void gradientIsRight() {
    INDArray selector = TinyGraph.selector(DataType.DOUBLE, 2, 5, 1, 4, 4);
    GradientCheck.check(graph(), TinyGraph.random(1, 2, 5, WIDTH), selector);
  }

  @Test
  void queriesAreExactCopiesOfThePickedTokens() {
    INDArray selector = TinyGraph.selector(DataType.DOUBLE, 2, 5, 1, 4, 0);
    var all =
        graph().feedForward(new INDArray[] {TinyGraph.random(1, 2, 5, WIDTH), selector}, false);
    int[] picked = {1, 4, 0};
    for (int b = 0; b < 2; b++) {
      for (int i = 0; i < 3; i++) {
        assertEquals(
            all.get("norm").slice(b).getRow(picked[i]), all.get("queries").slice(b).getRow(i));
      }
    }
  }

  @Test
  void errorsSayWhatWasFoundAndWhatWasExpected() {
    TokenSelection selection = new TokenSelection();
    assertEquals(
        TokenTypes.sequence(WIDTH, 3),
        selection.getOutputType(0, TokenTypes.sequence(WIDTH, 5), TokenTypes.sequence(5, 3)));
    assertRefused(
        () -> selection.getOutputType(0, TokenTypes.sequence(WIDTH, 5), TokenTypes.sequence(4, 3)),
        "selector",
        "column for 4 tokens",
        "there are 5 tokens");
    assertRefused(
        () -> graph().output(TinyGraph.random(1, 2, 5, WIDTH), TinyGraph.random(1, 2, 3, 4)),
        "queries",
        "tokens [2, 5, 6]",
        "selector [2, 3, 4]");
    assertRefused(
        () -> graph().output(TinyGraph.random(1, 2, 5, WIDTH), TinyGraph.random(1, 1, 3, 5)),
        "tokens [2, 5, 6]",
        "selector [1, 3, 5]");
  }

  @Test
  void sequencesOfAnyLengthAreAccepted() {
    assertEquals(
        TokenTypes.sequence(WIDTH, 3),
        new TokenSelection()
            .getOutputType(0, TokenTypes.sequence(WIDTH, -1), TokenTypes.sequence(5, 3)));
  }
}
