package org.flsl.layers.cluster;

import static org.flsl.layers.Messages.assertRefused;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import java.util.Set;
import org.deeplearning4j.nn.conf.graph.FrozenVertex;
import org.deeplearning4j.nn.conf.layers.misc.FrozenLayer;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.flsl.layers.GradientCheck;
import org.flsl.layers.TinyGraph;
import org.flsl.layers.TokenTypes;
import org.flsl.layers.samediff.PackedViews;
import org.flsl.layers.vit.TokenNorm;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.ops.transforms.Transforms;
import org.nd4j.linalg.schedule.FixedSchedule;
import org.nd4j.linalg.schedule.MapSchedule;
import org.nd4j.linalg.schedule.ScheduleType;

class MeanShiftTest {
  private static final int WIDTH = 6;
  private static final FixedSchedule TAU = new FixedSchedule(0.7);

  private static ComputationGraph graph(MeanShift shift, int queries, int tokens) {
    return TinyGraph.of(
        DataType.DOUBLE,
        b ->
            b.addInputs("q", "z")
                .addLayer("qNorm", TokenNorm.builder(WIDTH).build(), "q")
                .addLayer("zNorm", TokenNorm.builder(WIDTH).build(), "z")
                .addVertex("shift", shift, "qNorm", "zNorm")
                .addLayer("out", new GradientCheck.MixedSquares(), "shift")
                .setOutputs("out")
                .setInputTypes(
                    TokenTypes.sequence(WIDTH, queries), TokenTypes.sequence(WIDTH, tokens)));
  }

  private static INDArray random(long seed, int batch, int tokens) {
    return TinyGraph.random(seed, batch, tokens, WIDTH);
  }

  @Test
  void gradientOfCrossAttentionIsRight() {
    GradientCheck.check(graph(MeanShift.cross(TAU), 3, 5), random(1, 2, 3), random(2, 2, 5));
  }

  @Test
  void gradientInsideViewsIsRight() {
    MeanShift shift = MeanShift.self(TAU, PackedViews.of(3, 2, 2), PackedViews.of(5, 4, 4));
    GradientCheck.check(graph(shift, 7, 13), random(1, 2, 7), random(2, 2, 13));
  }

  @Test
  void gradientInsideViewsOfEqualTokensButUnequalQueriesIsRight() {
    MeanShift shift = MeanShift.self(TAU, PackedViews.of(3, 2, 2), PackedViews.of(4, 4, 4));
    GradientCheck.check(graph(shift, 7, 12), random(1, 2, 7), random(2, 2, 12));
  }

  /** Which sides of a guided mean shift are trained. */
  private static ComputationGraph guided(boolean queries, boolean tokens, boolean previous) {
    return TinyGraph.of(
        DataType.DOUBLE,
        b -> {
          b.addInputs("q", "z", "p");
          for (String side : new String[] {"q", "z", "p"}) {
            boolean trained = side.equals("q") ? queries : side.equals("z") ? tokens : previous;
            TokenNorm norm = TokenNorm.builder(WIDTH).build();
            b.addLayer(side + "Norm", trained ? norm : new FrozenLayer(norm), side);
          }
          // A previous stage's attention whose keys are the tokens "p".
          PreviousStageAttention attention = new PreviousStageAttention(0.5, 3);
          b.addVertex(
              "attention", previous ? attention : new FrozenVertex(attention), "pNorm", "pNorm");
          b.addVertex(
                  "shift",
                  MeanShift.guided(TAU, new FixedSchedule(0.4)),
                  "qNorm",
                  "zNorm",
                  "attention")
              .addLayer("out", new GradientCheck.MixedSquares(), "shift")
              .setOutputs("out")
              .setInputTypes(
                  TokenTypes.sequence(WIDTH, 4),
                  TokenTypes.sequence(WIDTH, 4),
                  TokenTypes.sequence(WIDTH, 4));
        });
  }

  private static Set<String> none(String... sides) {
    Set<String> names = new java.util.HashSet<>();
    for (String side : sides) {
      names.add(side + "Norm/gain");
      names.add(side + "Norm/bias");
    }
    return names;
  }

  @Test
  void gradientOfGuidedAttentionIsRightForAllThreeInputs() {
    GradientCheck.check(
        guided(true, true, true), random(1, 2, 4), random(2, 2, 4), random(3, 2, 4));
  }

  @Test
  void gradientOfGuidedAttentionIsRightWithAFrozenPreviousStage() {
    GradientCheck.checkExcept(
        guided(true, true, false), none("p"), random(1, 2, 4), random(2, 2, 4), random(3, 2, 4));
  }

  @Test
  void gradientIsRightWhenAFrozenInputComesBeforeATrainedOne() {
    GradientCheck.checkExcept(
        guided(false, true, false),
        none("q", "p"),
        random(1, 2, 4),
        random(2, 2, 4),
        random(3, 2, 4));
    GradientCheck.checkExcept(
        guided(false, false, true),
        none("q", "z"),
        random(1, 2, 4),
        random(2, 2, 4),
        random(3, 2, 4));
  }

  @Test
  void modeIsTheMeanOfTheTokensWeightedBySimilarity() {
    ComputationGraph graph = graph(MeanShift.cross(TAU), 3, 5);
    var all = graph.feedForward(new INDArray[] {random(1, 2, 3), random(2, 2, 5)}, false);
    for (int b = 0; b < 2; b++) {
      INDArray q = all.get("qNorm").slice(b);
      INDArray z = all.get("zNorm").slice(b);
      INDArray weights = Transforms.softmax(q.mmul(z.transpose()).mul(0.7));
      INDArray expected = weights.mmul(z);
      assertEquals(0, expected.sub(all.get("shift").slice(b)).amaxNumber().doubleValue(), 1e-12);
    }
  }

  @Test
  void guidanceMixesBothAttentionsAndRenormalises() {
    ComputationGraph graph = guided(true, true, true);
    var all =
        graph.feedForward(
            new INDArray[] {random(1, 2, 4), random(2, 2, 4), random(3, 2, 4)}, false);
    for (int b = 0; b < 2; b++) {
      INDArray z = all.get("zNorm").slice(b);
      INDArray own = Transforms.softmax(all.get("qNorm").slice(b).mmul(z.transpose()).mul(0.7));
      INDArray mixed = own.mul(0.4).add(all.get("attention").slice(b).mul(0.6));
      INDArray expected = mixed.divColumnVector(mixed.sum(1)).mmul(z);
      assertEquals(0, expected.sub(all.get("shift").slice(b)).amaxNumber().doubleValue(), 1e-12);
    }
  }

  @Test
  void temperatureFollowsItsSchedule() {
    MapSchedule schedule =
        new MapSchedule.Builder(ScheduleType.ITERATION).add(0, 0.1).add(3, 2).build();
    ComputationGraph graph = graph(MeanShift.cross(schedule), 3, 5);
    INDArray[] inputs = {random(1, 2, 3), random(2, 2, 5)};
    INDArray first = graph.feedForward(inputs, false).get("shift").dup();
    graph.getConfiguration().setIterationCount(3);
    INDArray later = graph.feedForward(inputs, false).get("shift").dup();
    assertNotEquals(first, later);
    INDArray constant =
        graph(MeanShift.cross(new FixedSchedule(2)), 3, 5).feedForward(inputs, false).get("shift");
    assertEquals(constant, later);
  }

  @Test
  void viewsDoNotSeeEachOther() {
    MeanShift shift = MeanShift.self(TAU, PackedViews.of(2, 1), PackedViews.of(3, 3));
    ComputationGraph graph = graph(shift, 3, 6);
    INDArray queries = random(1, 1, 3);
    INDArray tokens = random(2, 1, 6);
    INDArray before = graph.feedForward(new INDArray[] {queries, tokens}, false).get("shift").dup();
    INDArray changed = tokens.dup();
    changed.putScalar(new int[] {0, 5, 0}, 9);
    INDArray after = graph.feedForward(new INDArray[] {queries, changed}, false).get("shift");
    for (int query = 0; query < 2; query++) {
      assertEquals(before.slice(0).getRow(query), after.slice(0).getRow(query));
    }
    assertNotEquals(before.slice(0).getRow(2), after.slice(0).getRow(2));
  }

  @Test
  void anExtremeTemperatureGivesNoNaN() {
    ComputationGraph graph = graph(MeanShift.cross(new FixedSchedule(1e4)), 3, 5);
    INDArray modes =
        graph.feedForward(new INDArray[] {random(1, 2, 3), random(2, 2, 5)}, false).get("shift");
    assertEquals(
        0,
        Nd4j.getExecutioner()
            .exec(
                new org.nd4j.linalg.api.ops.impl.reduce.longer.MatchCondition(
                    modes, org.nd4j.linalg.indexing.conditions.Conditions.isNan()))
            .getInt(0));
  }

  @Test
  void errorsSayWhatWasFoundAndWhatWasExpected() {
    assertRefused(
        () -> MeanShift.self(TAU, PackedViews.of(2, 1), PackedViews.of(3)),
        "queries of 2 views",
        "tokens of 1 views");
    MeanShift self = MeanShift.self(TAU, PackedViews.of(2, 1), PackedViews.of(3, 3));
    assertRefused(
        () -> self.getOutputType(0, TokenTypes.sequence(WIDTH, 3), TokenTypes.sequence(WIDTH, 7)),
        "Mean shift is made for views of [3, 3] tokens",
        "6 together",
        "7");
    assertRefused(
        () -> self.getOutputType(0, TokenTypes.sequence(WIDTH, 4), TokenTypes.sequence(WIDTH, 6)),
        "[2, 1] queries",
        "4");
    MeanShift cross = MeanShift.cross(TAU);
    assertRefused(
        () -> cross.getOutputType(0, TokenTypes.sequence(WIDTH, 3), TokenTypes.sequence(8, 7)),
        "width 6",
        "width 8");
    MeanShift guided = MeanShift.guided(TAU, new FixedSchedule(0.5));
    assertRefused(
        () ->
            guided.getOutputType(
                0,
                TokenTypes.sequence(WIDTH, 3),
                TokenTypes.sequence(WIDTH, 7),
                TokenTypes.sequence(6, 3)),
        "7",
        "6");
    assertRefused(
        () ->
            guided.getOutputType(
                0,
                TokenTypes.sequence(WIDTH, 3),
                TokenTypes.sequence(WIDTH, 7),
                TokenTypes.sequence(7, 1)),
        "a row for 1 queries",
        "there are 3");
    ComputationGraph graph = graph(cross, 3, 5);
    assertRefused(() -> graph.output(random(1, 2, 3), random(1, 1, 5)), "[2, 3, 6]", "[1, 5, 6]");
  }

  /** As the batches of another view size than the graph's have them. */
  @Test
  void inputsOfOtherViewsAreRefusedWhenTheyRun() {
    MeanShift self = MeanShift.self(TAU, PackedViews.of(1, 1), PackedViews.of(3, 3));
    ComputationGraph graph = untyped(self, "q", "z");
    assertRefused(
        () -> graph.output(random(1, 2, 3), random(2, 2, 6)),
        "shift is made for views of [1, 1] queries, 2 together, but its input has 3 queries");
    assertRefused(
        () -> graph.output(random(1, 2, 2), random(2, 2, 8)),
        "shift is made for views of [3, 3] tokens, 6 together, but its input has 8 tokens");
    assertEquals(2, graph.outputSingle(random(1, 2, 2), random(2, 2, 6)).size(1));
  }

  @Test
  void aPreviousAttentionOfAnotherShapeIsRefusedWhenItRuns() {
    ComputationGraph graph = untyped(MeanShift.guided(TAU, new FixedSchedule(0.4)), "q", "z", "p");
    // It would be broadcast.
    assertRefused(
        () -> graph.output(random(1, 2, 3), random(2, 2, 5), TinyGraph.random(3, 2, 3, 1)),
        "shift: previous attention has the shape [2, 3, 1]",
        "[2, 3, 5]");
  }

  @Test
  void otherNumbersOfInputsAreRefused() {
    MeanShift cross = MeanShift.cross(TAU);
    assertRefused(
        () -> cross.getOutputType(0, TokenTypes.sequence(WIDTH, 3)),
        "Mean shift expects 2 input(s), [queries, tokens], but got 1");
    assertRefused(
        () -> untyped(cross, "q").output(random(1, 2, 3)),
        "shift expects 2 input(s), [queries, tokens], but got 1");
    assertRefused(
        () ->
            untyped(cross, "q", "z", "p").output(random(1, 2, 3), random(2, 2, 5), random(3, 2, 5)),
        "shift expects 2 input(s)",
        "got 3");
  }

  private static ComputationGraph untyped(MeanShift shift, String... inputs) {
    return TinyGraph.plain(
        DataType.DOUBLE,
        b -> b.addInputs(inputs).addVertex("shift", shift, inputs).setOutputs("shift"));
  }

  @Test
  void sequencesOfAnyLengthAreAccepted() {
    assertEquals(
        TokenTypes.sequence(WIDTH, -1),
        MeanShift.cross(TAU)
            .getOutputType(0, TokenTypes.sequence(WIDTH, -1), TokenTypes.sequence(WIDTH, -1)));
    assertEquals(
        TokenTypes.sequence(WIDTH, -1),
        MeanShift.self(TAU, PackedViews.of(2, 1), PackedViews.of(3, 3))
            .getOutputType(0, TokenTypes.sequence(WIDTH, -1), TokenTypes.sequence(WIDTH, -1)));
  }
}
