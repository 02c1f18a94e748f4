package org.flsl.training;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.deeplearning4j.nn.api.Model;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.optimize.api.BaseTrainingListener;
import org.flsl.losses.Volume;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.MultiDataSet;

/**
 * Four (three) training steps of the paper's code, value by value: tokens, modes, logits, terms,
 * gradients, weights.
 */
class PublishedTrainingTest {

  /** Keeps copies of what a step computed. */
  private static final class Recorder extends BaseTrainingListener {
    final Map<String, INDArray> activations = new HashMap<>();
    final Map<String, INDArray> gradients = new HashMap<>();

    @Override
    public void onForwardPass(Model model, Map<String, INDArray> all) {
      all.forEach((name, array) -> activations.put(name, array.detach().dup()));
    }

    @Override
    public void onGradientCalculation(Model model) {
      model.gradient().gradientForVariable().forEach((k, v) -> gradients.put(k, v.dup()));
    }
  }

  @ParameterizedTest
  @CsvSource({
    "tiny, FLOAT",
    "tiny, DOUBLE",
    "tiny_centering_no_vmr, FLOAT",
    "tiny_centering_no_vmr, DOUBLE"
  })
  void everyValueIsThePublishedOne(String name, DataType dataType) {
    GoldenCase golden = new GoldenCase(name, dataType);
    FlslGraph flsl = golden.graph();
    ComputationGraph graph = flsl.init();
    golden.loadInitialWeights(graph);
    Recorder recorder = new Recorder();
    graph.addListeners(recorder);
    List<String> problems = new ArrayList<>();

    for (int step = 0; step < golden.steps(); step++) {
      MultiDataSet batch = golden.batch(step);
      graph.fit(batch);

      String at = name + " step " + step + " ";
      Map<String, INDArray> ours = recorder.activations;
      compare(
          problems,
          at + "tokens",
          1e-4,
          golden.packed(step, "student_tokens"),
          ours.get("student/norm"));
      compare(
          problems,
          at + "teacher tokens",
          1e-4,
          golden.array("step" + step + "/teacher_tokens"),
          ours.get("teacher/norm"));
      compare(problems, at + "queries", 1e-4, golden.packed(step, "queries"), ours.get("queries"));
      compare(
          problems, at + "modes", 1e-4, golden.packed(step, "student_modes"), ours.get("modes"));
      compare(
          problems,
          at + "teacher modes",
          1e-4,
          golden.packed(step, "teacher_modes"),
          ours.get("teacher/modes"));
      compare(
          problems,
          at + "logits",
          1e-4,
          golden.packed(step, "student_logits"),
          ours.get("student/prototypes"));
      compare(
          problems,
          at + "teacher logits",
          1e-4,
          golden.packed(step, "teacher_logits"),
          ours.get("teacher/prototypes"));

      INDArray terms = ours.get("losses");
      term(
          problems,
          at + "intra",
          golden.step(step).get("intra_view").asDouble(),
          terms.getDouble(0));
      term(
          problems,
          at + "inter",
          golden.step(step).get("inter_view").asDouble(),
          terms.getDouble(1));
      if (flsl.config().objective().get(new Volume()).end() > 0) {
        term(
            problems,
            at + "volume",
            golden.step(step).get("volume").asDouble(),
            terms.getDouble(2));
      }
      double total = golden.step(step).get("total").asDouble();
      if (Math.abs(total - graph.score()) > 1e-3 * Math.abs(total)) {
        problems.add(at + "total " + graph.score() + " instead of " + total);
      }

      for (Map.Entry<String, String> e : golden.names().entrySet()) {
        INDArray expected = golden.ours("step" + step + "/grad/", e.getKey());
        compare(
            problems,
            at + "gradient of " + e.getKey(),
            1e-3,
            expected,
            recorder.gradients.get("student/" + e.getValue()));
      }
      if (step == 0 || step == golden.steps() - 1) {
        for (String side : List.of("student/", "teacher/")) {
          for (Map.Entry<String, String> e : golden.names().entrySet()) {
            INDArray expected = golden.ours("step" + step + "/after/" + side, e.getKey());
            compare(
                problems,
                at + "weight " + side + e.getKey(),
                1e-3,
                expected,
                GoldenCase.param(graph, side + e.getValue()));
          }
        }
      }
    }
    assertTrue(problems.isEmpty(), () -> String.join("\n", problems));
    assertEquals(golden.steps(), graph.getIterationCount());
  }

  private static void term(List<String> problems, String what, double expected, double actual) {
    if (!(Math.abs(expected - actual) <= 1e-4 * Math.max(1, Math.abs(expected)))) {
      problems.add(what + " " + actual + " instead of " + expected);
    }
  }

  private static void compare(
      List<String> problems, String what, double tolerance, INDArray expected, INDArray actual) {
    double error = expected.sub(actual.reshape(expected.shape())).norm2Number().doubleValue();
    double relative = error / Math.max(expected.norm2Number().doubleValue(), 1e-12);
    if (!(relative <= tolerance)) {
      problems.add(
          String.format("%s: relative error %.2e, allowed %.0e", what, relative, tolerance));
    }
  }
}
