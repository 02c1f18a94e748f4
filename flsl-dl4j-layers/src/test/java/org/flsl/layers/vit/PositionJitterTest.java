package org.flsl.layers.vit;

import static org.flsl.layers.Messages.assertRefused;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.conf.graph.FrozenVertex;
import org.deeplearning4j.nn.conf.graph.GraphVertex;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.flsl.layers.GradientCheck;
import org.flsl.layers.TinyGraph;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/** Coordinates of positions, shifted and scaled in training. */
class PositionJitterTest {
  private static final int WIDTH = 8;
  private static final INDArray GLOBAL = TinyGraph.random(1, 3, 3, 6, 6);
  private static final INDArray LOCAL = TinyGraph.random(2, 3, 3, 4, 4);

  private static VitConfig config(double jitter) {
    return VitConfig.builder()
        .width(WIDTH)
        .heads(2)
        .patch(2)
        .imageSize(6)
        .leadingTokens(1)
        .positionJitter(jitter)
        .build();
  }

  private static ComputationGraph graph(GraphVertex embedding) {
    return TinyGraph.of(
        DataType.DOUBLE,
        b ->
            b.addInputs("global", "local")
                .addVertex("embedding", embedding, "global", "local")
                .addLayer("out", new GradientCheck.MixedSquares(), "embedding")
                .setOutputs("out")
                .setInputTypes(InputType.convolutional(6, 6, 3), InputType.convolutional(4, 4, 3)));
  }

  /** Without weights, a token is its position. */
  private static INDArray positions(ComputationGraph graph, boolean training) {
    graph.getVertex("embedding").params().assign(0);
    return graph.feedForward(new INDArray[] {GLOBAL, LOCAL}, training).get("embedding");
  }

  /** The coordinate that a pair of sine and cosine tells; its fastest frequency is 1. */
  private static double angle(INDArray positions, int image, int token, int from) {
    double sine = positions.getDouble(image, token, from);
    double cosine = positions.getDouble(image, token, from + 2);
    assertEquals(1, sine * sine + cosine * cosine, 1e-6);
    return Math.atan2(sine, cosine);
  }

  private static double turned(double angle) {
    return Math.IEEEremainder(angle, 2 * Math.PI);
  }

  @Test
  void neighboursStayApartByTheSameStep() {
    INDArray positions = positions(graph(new PatchEmbedding(config(1), 2)), true);

    for (int image = 0; image < 3; image++) {
      // Token 0 is the leading one; then 3 x 3.
      double step = turned(angle(positions, image, 2, 0) - angle(positions, image, 1, 0));
      assertEquals(
          step, turned(angle(positions, image, 3, 0) - angle(positions, image, 2, 0)), 1e-5);
      assertEquals(
          step, turned(angle(positions, image, 4, 4) - angle(positions, image, 1, 4)), 1e-5);
      assertTrue(step > Math.exp(-0.4) - 1e-5 && step < Math.exp(0.4) + 1e-5, "scale " + step);
      assertEquals(angle(positions, image, 1, 4), angle(positions, image, 3, 4), 1e-6, "one row");
      for (int channel = 0; channel < WIDTH; channel++) {
        assertEquals(0, positions.getDouble(image, 0, channel), "the leading token has no place");
        assertEquals(0, positions.getDouble(image, 10, channel));
      }
    }
  }

  @Test
  void everyImageAndViewIsShiftedOnItsOwn() {
    INDArray positions = positions(graph(new PatchEmbedding(config(1), 2)), true);

    assertNotEquals(angle(positions, 0, 1, 0), angle(positions, 1, 1, 0), 1e-3);
    assertNotEquals(angle(positions, 0, 1, 0), angle(positions, 0, 1, 4), 1e-3);
    assertNotEquals(angle(positions, 0, 1, 0), angle(positions, 0, 11, 0), 1e-3);
  }

  @Test
  void aSmallJitterStaysNear() {
    INDArray plain = positions(graph(new PatchEmbedding(config(0), 2)), true);
    INDArray near = positions(graph(new PatchEmbedding(config(0.01), 2)), true);

    for (int token = 1; token < 10; token++) {
      double moved = turned(angle(near, 0, token, 0) - angle(plain, 0, token, 0));
      assertTrue(Math.abs(moved) < 0.01 * 3 + 0.01 * 0.4 * 3, "moved by " + moved);
    }
    assertNotEquals(plain, near);
  }

  @Test
  void stepsDifferAndRepeat() {
    ComputationGraph graph = graph(new PatchEmbedding(config(1), 2));
    INDArray first = positions(graph, true);
    graph.getConfiguration().setIterationCount(1);
    INDArray second = positions(graph, true);
    graph.getConfiguration().setIterationCount(0);

    assertNotEquals(first, second);
    assertEquals(first, positions(graph, true));
  }

  @Test
  void networksInUseAndFrozenOnesSeePlacesAsTheyAre() {
    INDArray plain = positions(graph(new PatchEmbedding(config(0), 2)), false);

    assertEquals(plain, positions(graph(new PatchEmbedding(config(1), 2)), false));
    assertEquals(plain, positions(graph(new FrozenVertex(new PatchEmbedding(config(1), 2))), true));
  }

  @Test
  void gradientIsRight() {
    GradientCheck.check(graph(new PatchEmbedding(config(1), 2)), GLOBAL, LOCAL);
  }

  @Test
  void isPartOfTheConfiguration() {
    ComputationGraphConfiguration jittered =
        graph(new PatchEmbedding(config(0.5), 2)).getConfiguration();

    assertEquals(jittered, ComputationGraphConfiguration.fromJson(jittered.toJson()));
    assertNotEquals(new PatchEmbedding(config(0.5), 2), new PatchEmbedding(config(0), 2));
    assertEquals(new PatchEmbedding(config(0.5), 2), new PatchEmbedding(config(0.5), 2).clone());
  }

  @Test
  void otherValuesAreRefused() {
    assertRefused(() -> config(-0.1), "positionJitter", "0..1", "-0.1");
    assertRefused(() -> config(1.1), "positionJitter", "1.1");
    assertRefused(
        () -> VitConfig.builder().positions(Positions.LEARNED).positionJitter(0.5).build(),
        "sine-cosine");
  }
}
