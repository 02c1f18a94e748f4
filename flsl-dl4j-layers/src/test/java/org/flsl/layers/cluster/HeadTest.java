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

/** Projection head and prototypes. */
class HeadTest {
  private static final int WIDTH = 6;

  private static ComputationGraph graph(boolean typed) {
    return TinyGraph.of(
        DataType.DOUBLE,
        b -> {
          b.addInputs("x")
              .addLayer("norm", TokenNorm.builder(WIDTH).build(), "x")
              .addLayer(
                  "head", ProjectionHead.builder(WIDTH).hidden(7).bottleneck(4).build(), "norm")
              .addLayer("prototypes", Prototypes.builder(4, 5).build(), "head")
              .addLayer("out", new GradientCheck.MixedSquares(), "prototypes")
              .setOutputs("out");
          if (typed) {
            b.setInputTypes(TokenTypes.sequence(WIDTH, 3));
          }
        });
  }

  @Test
  void gradientIsRight() {
    GradientCheck.check(graph(true), TinyGraph.random(1, 2, 3, WIDTH));
  }

  @Test
  void projectionsHaveLengthOne() {
    INDArray projected =
        graph(true)
            .feedForward(new INDArray[] {TinyGraph.random(1, 2, 3, WIDTH)}, false)
            .get("head");
    INDArray lengths = projected.norm2(2);
    for (long i = 0; i < lengths.length(); i++) {
      assertEquals(1, lengths.getDouble(i), 1e-12);
    }
  }

  @Test
  void logitsAreCosinesWhateverTheLengthOfThePrototypes() {
    ComputationGraph graph = graph(true);
    INDArray input = TinyGraph.random(1, 2, 3, WIDTH);
    var before = graph.feedForward(new INDArray[] {input}, false);
    INDArray x = before.get("head").slice(1).getRow(2).dup();
    INDArray logits = before.get("prototypes").dup();
    INDArray prototypes = graph.getLayer("prototypes").paramTable().get("prototypes");
    for (int k = 0; k < 5; k++) {
      INDArray v = prototypes.getRow(k);
      double cosine = x.mul(v).sumNumber().doubleValue() / v.norm2Number().doubleValue();
      assertEquals(cosine, logits.getDouble(1, 2, k), 1e-12);
    }
    prototypes.muli(7);
    INDArray after = graph.feedForward(new INDArray[] {input}, false).get("prototypes");
    assertEquals(0, logits.sub(after).amaxNumber().doubleValue(), 1e-12);
  }

  @Test
  void errorsSayWhatWasFoundAndWhatWasExpected() {
    ProjectionHead head = ProjectionHead.builder(WIDTH).hidden(7).bottleneck(4).build();
    Prototypes prototypes = Prototypes.builder(4, 5).build();
    assertEquals(TokenTypes.sequence(4, 3), head.getOutputType(0, TokenTypes.sequence(WIDTH, 3)));
    assertEquals(TokenTypes.sequence(5, 3), prototypes.getOutputType(0, TokenTypes.sequence(4, 3)));
    assertRefused(() -> head.getOutputType(0, TokenTypes.sequence(5, 3)), "width 6", "got width 5");
    assertRefused(
        () -> prototypes.getOutputType(0, TokenTypes.sequence(5, 3)), "width 4", "got width 5");
    assertRefused(() -> ProjectionHead.builder(WIDTH).hidden(0).build(), "hidden 0", "positive");
    assertRefused(() -> Prototypes.builder(4, 1).build(), "at least 2 centroids", "4 and 1");
  }

  @Test
  void tokensOfAnotherWidthAreRefusedWhenTheyRun() {
    ComputationGraph head =
        TinyGraph.of(
            DataType.DOUBLE,
            b ->
                b.addInputs("x")
                    .addLayer("head", ProjectionHead.builder(WIDTH).hidden(7).build(), "x")
                    .addLayer("out", new GradientCheck.MixedSquares(), "head")
                    .setOutputs("out"));
    assertRefused(
        () -> head.output(TinyGraph.random(1, 2, 3, 12)), "[2, 3, 12]", "[batch, tokens, 6]");
    ComputationGraph prototypes =
        TinyGraph.of(
            DataType.DOUBLE,
            b ->
                b.addInputs("x")
                    .addLayer("prototypes", Prototypes.builder(4, 5).build(), "x")
                    .addLayer("out", new GradientCheck.MixedSquares(), "prototypes")
                    .setOutputs("out"));
    assertRefused(
        () -> prototypes.output(TinyGraph.random(1, 2, 3, 8)), "[2, 3, 8]", "[batch, tokens, 4]");
  }
}
