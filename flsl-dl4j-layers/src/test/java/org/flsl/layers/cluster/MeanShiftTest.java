package org.flsl.layers.cluster;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.flsl.layers.GradientCheck;
import org.flsl.layers.TokenTypes;
import org.flsl.layers.samediff.PackedViews;
import org.flsl.layers.vit.TokenNorm;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.schedule.FixedSchedule;

class MeanShiftTest {
  private static final int WIDTH = 6;

  @BeforeEach
  void seed() {
    Nd4j.getRandom().setSeed(1);
  }

  private static ComputationGraph graph(MeanShift shift, int queries, int tokens) {
    var builder =
        new NeuralNetConfiguration.Builder()
            .dataType(DataType.DOUBLE)
            .seed(2)
            .miniBatch(false)
            .graphBuilder()
            .addInputs("q", "z")
            .addLayer("qNorm", TokenNorm.builder(WIDTH).build(), "q")
            .addLayer("zNorm", TokenNorm.builder(WIDTH).build(), "z")
            .addVertex("shift", shift, "qNorm", "zNorm")
            .addLayer("out", new GradientCheck.MixedSquares(), "shift")
            .setOutputs("out")
            .setInputTypes(TokenTypes.sequence(WIDTH, queries), TokenTypes.sequence(WIDTH, tokens));
    ComputationGraph graph = new ComputationGraph(builder.build());
    graph.init();
    return graph;
  }

  private static INDArray random(long... shape) {
    return Nd4j.randn(DataType.DOUBLE, shape);
  }

  @Test
  void gradientOfCrossAttentionIsRight() {
    ComputationGraph graph = graph(MeanShift.cross(new FixedSchedule(0.7)), 3, 5);
    GradientCheck.check(graph, random(2, 3, WIDTH), random(2, 5, WIDTH));
  }

  @Test
  void gradientInsideViewsIsRight() {
    MeanShift shift =
        MeanShift.self(new FixedSchedule(0.7), PackedViews.of(3, 2, 2), PackedViews.of(5, 4, 4));
    GradientCheck.check(graph(shift, 7, 13), random(2, 7, WIDTH), random(2, 13, WIDTH));
  }

  @Test
  void viewsDoNotSeeEachOther() {
    MeanShift shift =
        MeanShift.self(new FixedSchedule(0.7), PackedViews.of(2, 1), PackedViews.of(3, 3));
    ComputationGraph graph = graph(shift, 3, 6);
    INDArray queries = random(1, 3, WIDTH);
    INDArray tokens = random(1, 6, WIDTH);
    INDArray before = graph.feedForward(new INDArray[] {queries, tokens}, false).get("shift").dup();
    INDArray changed = tokens.dup();
    changed.putScalar(new int[] {0, 5, 0}, 9);
    INDArray after = graph.feedForward(new INDArray[] {queries, changed}, false).get("shift");
    for (int query = 0; query < 2; query++) {
      assertEquals(before.slice(0).getRow(query), after.slice(0).getRow(query));
    }
    assertThrows(
        AssertionError.class,
        () -> assertEquals(before.slice(0).getRow(2), after.slice(0).getRow(2)));
  }
}
