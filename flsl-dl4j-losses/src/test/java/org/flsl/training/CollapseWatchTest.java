package org.flsl.training;

import static org.flsl.training.CollapseWatch.Collapse.EQUAL_FEATURES;
import static org.flsl.training.CollapseWatch.Collapse.FEW_CENTROIDS;
import static org.flsl.training.CollapseWatch.Collapse.FLAT;
import static org.flsl.training.CollapseWatch.Collapse.PLACE;
import static org.flsl.training.CollapseWatch.Collapse.UNIFORM;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.flsl.schedules.Scheduled;
import org.flsl.training.CollapseWatch.Collapse;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.buffer.DataType;

class CollapseWatchTest {
  private static final int K = 64;
  private static final double LN_K = Math.log(K);

  private static Map<String, Double> terms(double intra, double inter) {
    return Map.of("intra", intra, "inter", inter, "volume", 0.1);
  }

  static StepMetrics step(int iteration, double inter, double entropy, double spread) {
    return new StepMetrics(
        iteration, 0, inter, terms(0.5, inter), 1e-3, 0.1, 0.99, 0.05, 1, entropy, 10, spread, 0.1);
  }

  private static List<Collapse> watch(int steps, double inter, double entropy, double spread) {
    List<Collapse> alarms = new ArrayList<>();
    CollapseWatch watch = new CollapseWatch(K, alarms::add);
    for (int i = 0; i < steps; i++) {
      watch.accept(step(i, inter, entropy, spread));
    }
    return alarms;
  }

  @Test
  void eachCollapseIsNamedOnce() {
    assertEquals(List.of(UNIFORM), watch(500, LN_K, LN_K, 0.8));
    assertEquals(List.of(FEW_CENTROIDS), watch(500, 0.1, 0.02 * LN_K, 0.8));
    assertEquals(List.of(EQUAL_FEATURES), watch(500, 2, 0.9 * LN_K, 0.01));
    assertEquals(List.of(UNIFORM, EQUAL_FEATURES), watch(500, LN_K, LN_K, 0.01));
  }

  /** 500 steps with 512 centroids; the learning rate rises in the first {@code warmup} of them. */
  private static List<Collapse> watch(int warmup, double inter, double entropy, int used) {
    List<Collapse> alarms = new ArrayList<>();
    CollapseWatch watch = new CollapseWatch(512, alarms::add);
    for (int i = 0; i < 500; i++) {
      double rate = i < warmup ? i : 1000 - i;
      watch.accept(
          new StepMetrics(
              i, 0, 5, terms(0.1, inter), rate, 0.1, 0.99, 0.04, 1, entropy, used, 0.97, 0.1));
    }
    return alarms;
  }

  @Test
  void flatAssignmentsAreNamedAfterTheWarmUp() {
    // The figures of a real training, whose tokens lay along one or two directions.
    assertEquals(List.of(FLAT), watch(50, 4.38, 6.18, 6));
    assertEquals(List.of(), watch(500, 4.38, 6.18, 6));
    assertEquals(List.of(), watch(50, 4.38, 6.18, 60));
    // Few centroids by the mean assignment too: not flat.
    assertEquals(List.of(), watch(50, 1.5, Math.log(12), 6));
  }

  private static List<Collapse> places(double first, double last) {
    return places(0, first, last);
  }

  private static List<Collapse> places(int begun, double first, double last) {
    List<Collapse> alarms = new ArrayList<>();
    CollapseWatch watch = new CollapseWatch(K, alarms::add);
    for (int i = 0; i < 300; i++) {
      double share = first + (last - first) * Math.min(1, i / 100.0);
      watch.accept(
          new StepMetrics(
              begun + i, 0, 2, terms(0.1, 2), 1e-3, 0.1, 0.99, 0.05, 1, 4, 40, 0.9, share));
    }
    return alarms;
  }

  @Test
  void placeInsteadOfContentIsNamed() {
    // Measured on photos: random features 0.14, the paper's query after 600 steps 0.23, the
    // counterpart's 0.21, and 0.15 with positions left aside.
    assertEquals(List.of(PLACE), places(0.14, 0.233));
    assertEquals(List.of(), places(0.14, 0.205));
    assertEquals(List.of(), places(0.14, 0.15));
    assertEquals(List.of(), places(0.02, 0.1), "more than before, but not much");
    assertEquals(List.of(), places(0.45, 0.5), "much, but so it was at random");
    assertEquals(List.of(), places(Double.NaN, Double.NaN), "single images");
    assertEquals(List.of(PLACE), places(1000, 0.25, 0.25), "gone on with, much");
    assertEquals(List.of(), places(1000, 0.15, 0.15), "gone on with, not much");
  }

  @Test
  void aHealthyRunRaisesNone() {
    assertEquals(List.of(), watch(500, 0.8 * LN_K, 0.98 * LN_K, 0.6));
    // All centroids in use, and every query sure of its own: what the objective wants.
    assertEquals(List.of(), watch(500, 0.2, LN_K, 0.6));
  }

  @Test
  void aFewBadStepsAreNoCollapse() {
    assertEquals(List.of(), watch(30, LN_K, LN_K, 0.01));
    List<Collapse> alarms = new ArrayList<>();
    CollapseWatch watch = new CollapseWatch(K, alarms::add);
    for (int i = 0; i < 300; i++) {
      boolean bad = i % 100 < 10;
      watch.accept(bad ? step(i, LN_K, LN_K, 0.01) : step(i, 0.7 * LN_K, 0.9 * LN_K, 0.5));
    }
    assertEquals(List.of(), alarms);
  }

  @Test
  void whatCannotWatchIsRefused() {
    assertThrows(IllegalArgumentException.class, () -> new CollapseWatch(1));
    assertThrows(NullPointerException.class, () -> new CollapseWatch(16, null));
  }

  @Test
  void aRealTrainingRaisesNone() {
    FlslConfig config =
        TinyFlsl.config(DataType.FLOAT)
            .epochs(30)
            .centroids(16)
            .upsilon(Scheduled.constant(0.03))
            .build();
    ComputationGraph graph = TinyFlsl.flsl(config).build().init();
    List<Collapse> alarms = new ArrayList<>();
    graph.addListeners(
        new MetricsListener(config, new CollapseWatch(config.centroids(), alarms::add)));
    for (int step = 0; step < 80; step++) {
      graph.fit(TinyFlsl.batch(DataType.FLOAT, step % 8, 4, false));
    }
    assertEquals(List.of(), alarms);
  }
}
