package org.flsl.training;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.deeplearning4j.nn.api.Model;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.optimize.api.BaseTrainingListener;
import org.flsl.schedules.Scheduled;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/** The figures of a step against the same figures worked out directly. */
class MetricsListenerTest {

  private static final class Recorder extends BaseTrainingListener {
    final Map<String, INDArray> activations = new HashMap<>();
    double gradientNorm;

    @Override
    public void onForwardPass(Model model, Map<String, INDArray> all) {
      all.forEach((name, array) -> activations.put(name, array.detach().dup()));
    }

    @Override
    public void onGradientCalculation(Model model) {
      gradientNorm =
          Math.sqrt(
              model.gradient().gradientForVariable().values().stream()
                  .mapToDouble(g -> Math.pow(g.norm2Number().doubleValue(), 2))
                  .sum());
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void everyFigureIsWhatItSays(boolean prior) {
    FlslConfig config =
        TinyFlsl.config(DataType.DOUBLE)
            .clipNorm(1e-4)
            .studentTemperature(Scheduled.cosine(0.3, 0.05))
            .teacherTemperatureEpochs(3)
            .prior(prior ? new double[] {0.1, 0.3, 0.2, 0.25, 0.15} : null)
            .build();
    ComputationGraph graph = TinyFlsl.flsl(config).build().init();
    Recorder recorder = new Recorder();
    List<StepMetrics> steps = new ArrayList<>();
    graph.addListeners(recorder, new MetricsListener(config, steps::add));
    for (int step = 0; step < 5; step++) {
      graph.fit(TinyFlsl.batch(DataType.DOUBLE, step, 2, false));
      StepMetrics metrics = steps.get(step);
      INDArray terms = recorder.activations.get("losses");
      assertEquals(step, metrics.iteration());
      assertEquals(graph.score(), metrics.total());
      assertEquals(terms.getDouble(0), metrics.terms().get("intra"));
      assertEquals(terms.getDouble(1), metrics.terms().get("inter"));
      assertEquals(terms.getDouble(2), metrics.terms().get("volume"));
      assertEquals(config.learningRateSchedule().valueAt(step, 0), metrics.learningRate());
      assertEquals(config.weightDecaySchedule().valueAt(step, 0), metrics.weightDecay());
      assertEquals(config.momentumSchedule().valueAt(step, 0), metrics.momentum());
      // Twelve steps are a short training: its ramp counts in tenths, each a step long.
      double ramp = new double[] {0.04, 0.055, 0.07, 0.07, 0.07}[step];
      assertEquals(ramp, metrics.teacherTemperature(), 1e-12, "temperature at " + step);
      assertEquals(1, metrics.gradientNorm() / recorder.gradientNorm, 1e-12);
      double temperature = 0.05 + 0.25 * (1 + Math.cos(Math.PI * step / 12)) / 2;
      checkAssignment(recorder.activations.get("student/prototypes"), temperature, metrics);
      checkSpread(recorder.activations.get("queries"), metrics);
      assertEquals(
          PlaceShare.of(recorder.activations.get("teacher/norm")), metrics.placeShare(), 1e-12);
      assertTrue(metrics.isFinite());
    }
  }

  private static void checkAssignment(INDArray logits, double temperature, StepMetrics metrics) {
    INDArray rows = logits.reshape(-1, 5);
    double[] mean = new double[5];
    Set<Integer> likeliest = new HashSet<>();
    for (int row = 0; row < rows.size(0); row++) {
      double sum = 0;
      int best = 0;
      for (int k = 0; k < 5; k++) {
        sum += Math.exp(rows.getDouble(row, k) / temperature);
        best = rows.getDouble(row, k) > rows.getDouble(row, best) ? k : best;
      }
      likeliest.add(best);
      for (int k = 0; k < 5; k++) {
        mean[k] += Math.exp(rows.getDouble(row, k) / temperature) / sum / rows.size(0);
      }
    }
    double entropy = 0;
    for (double p : mean) {
      entropy -= p * Math.log(p);
    }
    assertEquals(entropy, metrics.assignmentEntropy(), 1e-9);
    assertEquals(likeliest.size(), metrics.usedCentroids());
  }

  private static void checkSpread(INDArray queries, StepMetrics metrics) {
    INDArray rows = queries.reshape(-1, 8);
    double[] mean = new double[8];
    for (int row = 0; row < rows.size(0); row++) {
      double length = rows.getRow(row).norm2Number().doubleValue();
      for (int c = 0; c < 8; c++) {
        mean[c] += rows.getDouble(row, c) / length / rows.size(0);
      }
    }
    double square = 0;
    for (double value : mean) {
      square += value * value;
    }
    assertEquals(Math.sqrt(1 - square), metrics.featureSpread(), 1e-9);
  }

  @Test
  void whatIsMissingIsNamed() {
    FlslConfig config = TinyFlsl.config(DataType.FLOAT).build();
    assertEquals(
        "config",
        assertThrows(NullPointerException.class, () -> new MetricsListener(null, step -> {}))
            .getMessage());
    assertEquals(
        "consumer",
        assertThrows(NullPointerException.class, () -> new MetricsListener(config, null))
            .getMessage());
  }

  @Test
  void observingChangesNothing() {
    FlslConfig config = TinyFlsl.config(DataType.FLOAT).build();
    ComputationGraph observed = TinyFlsl.flsl(config).build().init();
    ComputationGraph alone = TinyFlsl.flsl(config).build().init();
    observed.addListeners(new MetricsListener(config, step -> {}));
    for (int step = 0; step < 3; step++) {
      observed.fit(TinyFlsl.batch(DataType.FLOAT, step, 2, false));
      alone.fit(TinyFlsl.batch(DataType.FLOAT, step, 2, false));
    }
    assertEquals(alone.params(), observed.params());
  }

  @Test
  void notANumberShows() {
    assertFalse(CollapseWatchTest.step(0, Double.NaN, 1, 1).isFinite());
    assertTrue(CollapseWatchTest.step(0, 1, 1, 1).isFinite());
  }
}
