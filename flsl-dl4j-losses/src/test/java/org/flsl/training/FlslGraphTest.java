package org.flsl.training;

import static org.flsl.layers.Messages.assertRefused;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.Set;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.graph.vertex.GraphVertex;
import org.deeplearning4j.util.ModelSerializer;
import org.flsl.layers.vit.VitBackbone;
import org.flsl.layers.vit.VitConfig;
import org.flsl.losses.GraphGradients;
import org.flsl.schedules.Scheduled;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.MultiDataSet;
import org.nd4j.linalg.indexing.NDArrayIndex;

/** The whole training program as one graph. */
class FlslGraphTest {

  private static MultiDataSet batch(DataType type, long seed) {
    return TinyFlsl.batch(type, seed, 2, false);
  }

  /** Parameters so large that no gradient vanishes for want of size. */
  private static ComputationGraph randomised(FlslGraph flsl) {
    ComputationGraph graph = flsl.init();
    graph.params().addi(TinyFlsl.random(DataType.DOUBLE, 8, graph.params().shape()).muli(0.2));
    return graph;
  }

  @ParameterizedTest
  @CsvSource({"TOKENS, false", "TOKENS, true", "MODES, false", "NONE, false"})
  void gradientOfTheWholeGraphIsRight(FinalNorm norm, boolean centring) {
    // The student's queries move the teacher's modes too, a path that gets no gradient by design:
    // at this temperature the modes are means and the path is closed for the differences as well.
    FlslConfig config =
        TinyFlsl.config(DataType.DOUBLE)
            .tauCross(Scheduled.constant(1e-12))
            .finalNorm(norm)
            .centring(centring)
            .build();
    FlslGraph flsl =
        TinyFlsl.flsl(config)
            .backbone(VitBackbone.of(TinyFlsl.vit().finalNorm(norm == FinalNorm.TOKENS).build()))
            .build();
    Set<String> zero = centring ? Set.of("losses_centre") : Set.of();
    Set<String> trained = GraphGradients.check(randomised(flsl), batch(DataType.DOUBLE, 1), zero);
    assertTrue(trained.stream().noneMatch(name -> name.startsWith("teacher/")));
    assertTrue(trained.contains("student/patchEmbedding_patchW"), () -> trained.toString());
  }

  @Test
  void theTeacherBeginsEqualToTheStudent() {
    ComputationGraph graph = TinyFlsl.flsl(DataType.FLOAT).init();
    int compared = 0;
    for (GraphVertex vertex : graph.getVertices()) {
      String name = vertex.getVertexName();
      if (name.startsWith(FlslGraph.TEACHER) && vertex.numParams() > 0) {
        assertEquals(
            graph.getVertex(name.replace("teacher/", "student/")).params(), vertex.params());
        compared++;
      }
    }
    assertEquals(6, compared, "embedding, two blocks, norm, head, prototypes");
  }

  @Test
  void theSeedDecidesTheWholeTraining() {
    ComputationGraph one = TinyFlsl.flsl(DataType.FLOAT).init();
    ComputationGraph same = TinyFlsl.flsl(DataType.FLOAT).init();
    ComputationGraph other =
        TinyFlsl.flsl(TinyFlsl.config(DataType.FLOAT).seed(4).build()).build().init();
    assertNotEquals(one.params(), other.params());
    for (int step = 0; step < 2; step++) {
      one.fit(batch(DataType.FLOAT, step));
      same.fit(batch(DataType.FLOAT, step));
    }
    assertEquals(one.params(), same.params());
  }

  @Test
  void jsonAndYamlKeepEverySetting() {
    ComputationGraphConfiguration conf = TinyFlsl.flsl(DataType.FLOAT).configuration();
    String json = conf.toJson();
    ComputationGraphConfiguration back = ComputationGraphConfiguration.fromJson(json);
    assertEquals(json, back.toJson());
    assertEquals(conf, back);
    assertEquals(json, ComputationGraphConfiguration.fromYaml(conf.toYaml()).toJson());
    assertEquals(json, conf.clone().toJson());
  }

  @ParameterizedTest
  @EnumSource(
      value = DataType.class,
      names = {"FLOAT", "DOUBLE"})
  void aRestoredTrainingGoesOnExactlyAsTheSavedOne(DataType type) throws IOException {
    // With centring, drop path and frozen prototypes: every kind of state there is.
    FlslGraph flsl = TinyFlsl.flsl(TinyFlsl.config(type).centring(true).build()).build();
    ComputationGraph graph = flsl.init();
    for (int step = 0; step < 2; step++) {
      graph.fit(batch(type, step));
    }
    ByteArrayOutputStream file = new ByteArrayOutputStream();
    ModelSerializer.writeModel(graph, file, true);
    ComputationGraph restored =
        ModelSerializer.restoreComputationGraph(new ByteArrayInputStream(file.toByteArray()), true);
    flsl.attach(restored);
    assertEquals(graph.params(), restored.params());
    assertEquals(2, restored.getIterationCount());
    INDArray[] inputs = batch(type, 9).getFeatures();
    assertEquals(graph.outputSingle(inputs), restored.outputSingle(inputs));
    for (int step = 2; step < 6; step++) {
      graph.fit(batch(type, step));
      restored.fit(batch(type, step));
      assertEquals(graph.score(), restored.score());
    }
    assertArrayEquals(
        graph.params().data().asDouble(), restored.params().data().asDouble(), "parameters");
    assertArrayEquals(
        graph.getUpdater().getStateViewArray().data().asDouble(),
        restored.getUpdater().getStateViewArray().data().asDouble(),
        "state of the updater");
  }

  @Test
  void inferenceBetweenStepsDoesNotDisturbTheTraining() {
    ComputationGraph undisturbed = TinyFlsl.flsl(DataType.FLOAT).init();
    ComputationGraph disturbed = TinyFlsl.flsl(DataType.FLOAT).init();
    for (int step = 0; step < 3; step++) {
      undisturbed.fit(batch(DataType.FLOAT, step));
      disturbed.output(TinyFlsl.batch(DataType.FLOAT, 40 + step, 3, false).getFeatures());
      disturbed.feedForward(batch(DataType.FLOAT, 50 + step).getFeatures(), true);
      disturbed.fit(batch(DataType.FLOAT, step));
    }
    assertEquals(undisturbed.params(), disturbed.params());
  }

  @Test
  void theOutputIsTheThreeTermsAndTheScoreTheirWeightedSum() {
    FlslGraph flsl = TinyFlsl.flsl(DataType.DOUBLE);
    ComputationGraph graph = flsl.init();
    MultiDataSet batch = batch(DataType.DOUBLE, 1);
    INDArray terms = graph.outputSingle(batch.getFeatures());
    assertArrayEquals(new long[] {1, 3}, terms.shape());
    // Weight decay adds nothing to the score.
    double expected = 0.5 * terms.getDouble(0) + terms.getDouble(1) + 5 * terms.getDouble(2);
    assertEquals(expected, graph.score(batch, false), 1e-12);
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 2})
  void theExportedTeacherGivesTheTeachersTokens(int leadingTokens) throws IOException {
    VitConfig vit = TinyFlsl.vit().leadingTokens(leadingTokens).build();
    FlslGraph flsl =
        TinyFlsl.flsl(TinyFlsl.config(DataType.FLOAT).build())
            .backbone(VitBackbone.of(vit))
            .build();
    ComputationGraph graph = flsl.init();
    for (int step = 0; step < 3; step++) {
      graph.fit(batch(DataType.FLOAT, step));
    }
    INDArray[] features = batch(DataType.FLOAT, 7).getFeatures();
    var all = graph.feedForward(features, false);
    INDArray expected = all.get("teacher/norm").dup();
    INDArray student = all.get("student/norm").dup();
    ByteArrayOutputStream file = new ByteArrayOutputStream();
    ModelSerializer.writeModel(flsl.exportTeacher(graph), file, false);
    ComputationGraph exported =
        ModelSerializer.restoreComputationGraph(new ByteArrayInputStream(file.toByteArray()));
    assertEquals(expected, exported.outputSingle(features[0]));
    // The student's tokens of its first view, which is packed before the others.
    INDArray tokens = flsl.exportStudent(graph).outputSingle(features[1]);
    INDArray packed =
        student.get(NDArrayIndex.all(), NDArrayIndex.interval(0, 16), NDArrayIndex.all());
    assertEquals(0, packed.sub(tokens).amaxNumber().doubleValue(), 1e-5);
  }

  @Test
  void theSummaryNamesStudentTeacherAndObjective() {
    String summary = TinyFlsl.flsl(DataType.FLOAT).init().summary();
    for (String name : new String[] {"student/block_1", "teacher/modes", "losses", "objective"}) {
      assertTrue(summary.contains(name), () -> name + " is not in\n" + summary);
    }
  }

  @Test
  void errorsSayWhatIsMissingOrDoesNotFit() {
    FlslConfig config = TinyFlsl.config(DataType.FLOAT).build();
    assertRefused(() -> FlslGraph.builder().build(), "backbone is missing");
    assertRefused(() -> TinyFlsl.flsl(config).views(null).build(), "views is missing");
    assertRefused(() -> TinyFlsl.flsl((FlslConfig) null).build(), "config is missing");
    assertRefused(
        () ->
            TinyFlsl.flsl(TinyFlsl.config(DataType.FLOAT).finalNorm(FinalNorm.MODES).build())
                .build(),
        "MODES",
        "finalNorm(false)");
    assertRefused(
        () -> TinyFlsl.flsl(config).views(ViewLayout.of(8, 5, 0, 4, 2)).build().configuration(),
        "studentView",
        "5 x 5",
        "4 x 4",
        "smaller window");
    assertRefused(
        () -> TinyFlsl.flsl(config).views(ViewLayout.of(9, 2, 0, 4, 2)).build().configuration(),
        "Patches of 2",
        "9 x 9");
  }
}
