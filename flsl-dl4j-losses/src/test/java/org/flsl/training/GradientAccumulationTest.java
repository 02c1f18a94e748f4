package org.flsl.training;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.File;
import java.io.IOException;
import java.nio.file.Path;
import java.util.AbstractList;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.util.ModelSerializer;
import org.flsl.layers.vit.VitBackbone;
import org.flsl.layers.vit.VitConfig;
import org.flsl.schedules.Scheduled;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.api.MultiDataSet;

/** Steps on batches in parts against the same steps on whole batches. */
class GradientAccumulationTest {
  private static final int BATCH = 6;
  private static final int STEPS = 3;
  private static final double ROUNDING = 1e-10;

  /** A training, and what each of its steps told. */
  private record Trained(ComputationGraph graph, List<StepMetrics> steps) {}

  private static FlslConfig.Builder config() {
    // Everything learns from the first step on: whatever differs shows.
    return TinyFlsl.config(DataType.DOUBLE).warmupFraction(0).frozenPrototypeEpochs(0);
  }

  private static Trained train(
      FlslGraph program, Function<ComputationGraph, Consumer<MultiDataSet>> fit) {
    ComputationGraph graph = program.init();
    List<StepMetrics> told = new ArrayList<>();
    graph.addListeners(new MetricsListener(program.config(), told::add));
    Consumer<MultiDataSet> step = fit.apply(graph);
    for (int i = 0; i < STEPS; i++) {
      step.accept(TinyFlsl.batch(DataType.DOUBLE, i, BATCH, false));
    }
    return new Trained(graph, told);
  }

  private static Trained whole(FlslGraph program) {
    return train(program, graph -> graph::fit);
  }

  private static Trained inParts(FlslGraph program, int parts) {
    return train(
        program,
        graph -> {
          GradientAccumulation steps = new GradientAccumulation(graph);
          return batch -> steps.fit(GradientAccumulation.split(batch, parts));
        });
  }

  static Stream<Arguments> trainings() {
    return Stream.of(
        training(
            "no random masks, strong volume term", 2, c -> c.gamma(Scheduled.constant(200)), 0),
        training(
            "random masks, growing volume term",
            BATCH,
            c -> c.gamma(Scheduled.cosine(1, 200)),
            0.4),
        training(
            "centring, no volume term, clipping",
            3,
            c -> c.centring(true).centreMomentum(0.6).gamma(Scheduled.constant(0)).clipNorm(0.01),
            0.4),
        training(
            "prior, moving temperature",
            2,
            c ->
                c.prior(new double[] {0.1, 0.3, 0.2, 0.25, 0.15})
                    .studentTemperature(Scheduled.cosine(0.5, 0.05)),
            0.4));
  }

  private static Arguments training(
      String name, int parts, UnaryOperator<FlslConfig.Builder> change, double dropPath) {
    VitConfig vit = TinyFlsl.vit().dropPath(dropPath).dropout(dropPath / 2).build();
    return Arguments.of(
        name,
        parts,
        FlslGraph.builder()
            .backbone(VitBackbone.of(vit))
            .views(TinyFlsl.views())
            .config(change.apply(config()).build())
            .build());
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("trainings")
  void partsDoWhatTheWholeBatchDoes(String name, int parts, FlslGraph program) {
    Trained whole = whole(program);
    assertNotEquals(program.init().params(), whole.graph.params());
    Trained accumulated = inParts(program, parts);
    assertClose(whole.graph.params(), accumulated.graph.params(), "weights");
    assertClose(updaterState(whole.graph), updaterState(accumulated.graph), "moments");
    assertEquals(STEPS, accumulated.graph.getIterationCount());
    assertEquals(STEPS, accumulated.steps.size());
    for (int i = 0; i < STEPS; i++) {
      assertSame(whole.steps.get(i), accumulated.steps.get(i));
    }
  }

  private static INDArray updaterState(ComputationGraph graph) {
    return graph.getUpdater().getUpdaterStateViewArray();
  }

  private static void assertClose(INDArray expected, INDArray actual, String what) {
    double error = expected.sub(actual).amaxNumber().doubleValue();
    assertTrue(error < ROUNDING, what + " are off by " + error);
  }

  private static void assertSame(StepMetrics expected, StepMetrics actual) {
    assertEquals(expected.iteration(), actual.iteration());
    assertEquals(expected.total(), actual.total(), ROUNDING);
    assertEquals(List.of("intra", "inter", "volume"), List.copyOf(expected.terms().keySet()));
    expected
        .terms()
        .forEach((term, value) -> assertEquals(value, actual.terms().get(term), ROUNDING, term));
    assertEquals(expected.learningRate(), actual.learningRate());
    assertEquals(
        expected.gradientNorm(), actual.gradientNorm(), ROUNDING * expected.gradientNorm());
    assertEquals(expected.assignmentEntropy(), actual.assignmentEntropy(), ROUNDING);
    assertEquals(expected.usedCentroids(), actual.usedCentroids());
    assertEquals(expected.featureSpread(), actual.featureSpread(), 1e-7);
  }

  @Test
  void theVolumeTermNeedsTheMeanOfAllParts() {
    FlslGraph program = TinyFlsl.flsl(config().gamma(Scheduled.constant(50)).build()).build();
    ComputationGraph naive = program.init();
    ComputationGraph whole = program.init();
    MultiDataSet batch = TinyFlsl.batch(DataType.DOUBLE, 1, BATCH, false);
    whole.setInputs(batch.getFeatures());
    whole.setLabels(batch.getLabels());
    whole.computeGradientAndScore();
    INDArray mean = whole.getFlattenedGradients().like();
    for (MultiDataSet part : GradientAccumulation.split(batch, 2)) {
      naive.setInputs(part.getFeatures());
      naive.setLabels(part.getLabels());
      naive.computeGradientAndScore();
      mean.addi(naive.getFlattenedGradients().div(2));
    }
    double difference = mean.sub(whole.getFlattenedGradients()).amaxNumber().doubleValue();
    assertTrue(difference > 1e-3, "plain accumulation is off by " + difference);
  }

  /** As a checkpoint does: whatever else a graph or its step remembered would show. */
  @Test
  void aRestoredTrainingGoesOnBitByBit(@TempDir Path folder) throws IOException {
    FlslGraph program = TinyFlsl.flsl(config().centring(true).build()).build();
    ComputationGraph graph = inParts(program, 3).graph;
    File file = folder.resolve("training.zip").toFile();
    ModelSerializer.writeModel(graph, file, true);
    ComputationGraph restored = program.attach(ModelSerializer.restoreComputationGraph(file, true));
    MultiDataSet next = TinyFlsl.batch(DataType.DOUBLE, 9, BATCH, false);
    for (ComputationGraph either : List.of(graph, restored)) {
      new GradientAccumulation(either).fit(GradientAccumulation.split(next, 3));
      either.fit(next);
    }
    assertEquals(restored.params(), graph.params());
    assertEquals(updaterState(restored), updaterState(graph));
  }

  @Test
  void aFailedStepLeavesNoTrace() {
    FlslGraph program = TinyFlsl.flsl(config().centring(true).build()).build();
    ComputationGraph graph = program.init();
    ComputationGraph untouched = program.init();
    MultiDataSet batch = TinyFlsl.batch(DataType.DOUBLE, 2, BATCH, false);
    List<MultiDataSet> parts = GradientAccumulation.split(batch, 3);
    // Sizes, first pass, second pass: three reads each.
    List<MultiDataSet> failing =
        new AbstractList<>() {
          private int reads;

          @Override
          public MultiDataSet get(int index) {
            if (++reads == 8) {
              throw new IllegalStateException("lost");
            }
            return parts.get(index);
          }

          @Override
          public int size() {
            return parts.size();
          }
        };
    GradientAccumulation steps = new GradientAccumulation(graph);
    assertThrows(IllegalStateException.class, () -> steps.fit(failing));
    assertEquals(untouched.params(), graph.params());
    steps.fit(parts);
    new GradientAccumulation(untouched).fit(parts);
    assertEquals(untouched.params(), graph.params());
  }

  @Test
  void partsAreViews() {
    MultiDataSet batch = TinyFlsl.batch(DataType.DOUBLE, 1, 4, true);
    List<MultiDataSet> parts = GradientAccumulation.split(batch, 2);
    for (int feature = 0; feature < batch.numFeatureArrays(); feature++) {
      batch.getFeatures(feature).slice(3).assign(feature + 7);
      assertEquals(
          feature + 7, parts.get(1).getFeatures(feature).slice(1).meanNumber().doubleValue());
    }
  }

  @Test
  void whatCannotBeStepsIsRefused() {
    MultiDataSet batch = TinyFlsl.batch(DataType.DOUBLE, 1, 4, false);
    MultiDataSet other = TinyFlsl.batch(DataType.DOUBLE, 1, 3, false);
    GradientAccumulation steps =
        new GradientAccumulation(TinyFlsl.flsl(config().build()).build().init());
    assertRefused("3 equal parts", () -> GradientAccumulation.split(batch, 3));
    assertRefused("0 equal parts", () -> GradientAccumulation.split(batch, 0));
    assertRefused("[4, 3] examples", () -> steps.fit(List.of(batch, other)));
    assertRefused("[] examples", () -> steps.fit(List.of()));
    ComputationGraph backbone =
        TinyFlsl.flsl(DataType.DOUBLE).exportTeacher(TinyFlsl.flsl(DataType.DOUBLE).init());
    assertRefused("no FLSL losses", () -> new GradientAccumulation(backbone));
  }

  private static void assertRefused(String reason, Runnable wrong) {
    String message = assertThrows(IllegalArgumentException.class, wrong::run).getMessage();
    assertTrue(message.contains(reason), message);
  }
}
