package org.flsl.training;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.util.ArrayList;
import java.util.List;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.workspace.LayerWorkspaceMgr;
import org.flsl.layers.kernels.KernelLibrary;
import org.flsl.schedules.Scheduled;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.MultiDataSet;

/** Steps in one pass beside DL4J's own, which a graph takes without our accumulator. */
class OnePassUpdaterTest {
  private static final double ROUNDING = 1e-6;

  @BeforeEach
  void kernelsAreThere() {
    assumeTrue(KernelLibrary.ofThisProcess().isPresent());
  }

  private static FlslConfig.Builder config() {
    return TinyFlsl.config(DataType.FLOAT)
        .weightDecay(Scheduled.cosine(0.3, 0.9))
        .momentum(Scheduled.cosine(0.5, 1));
  }

  private static MultiDataSet batch(int step) {
    return TinyFlsl.batch(DataType.FLOAT, step, 2, false);
  }

  private static ComputationGraph dl4js(ComputationGraph graph) {
    graph.setGradientsAccumulator(null);
    assertTrue(OnePassUpdater.of(graph).isEmpty());
    return graph;
  }

  private static void assertClose(INDArray expected, INDArray actual, String what) {
    double scale = expected.amaxNumber().doubleValue();
    double error = expected.sub(actual).amaxNumber().doubleValue();
    assertTrue(error <= ROUNDING * scale, what + " is off by " + error + " of " + scale);
  }

  /** Warm-up from a rate of zero, prototypes that begin late, and gradients above the norm. */
  @ParameterizedTest
  @ValueSource(doubles = {0, 1e9, 0.02})
  void stepsAreDl4js(double clipNorm) {
    FlslConfig config = config().clipNorm(clipNorm).warmupFraction(0.3).build();
    ComputationGraph one = TinyFlsl.flsl(config).build().init();
    ComputationGraph five = dl4js(TinyFlsl.flsl(config).build().init());
    List<StepMetrics> metrics = new ArrayList<>();
    one.addListeners(new MetricsListener(config, metrics::add));
    five.addListeners(new MetricsListener(config, metrics::add));
    INDArray before = one.params().dup();
    for (int step = 0; step < 5; step++) {
      // From the same state: what is one rounding apart does not stay so through a network.
      one.params().assign(five.params());
      one.getUpdater().setStateViewArray(five.getUpdater().getStateViewArray());
      one.fit(batch(step));
      five.fit(batch(step));
      assertTrue(OnePassUpdater.of(one).orElseThrow().tookStep());
      assertClose(five.params(), one.params(), "parameters");
      assertClose(
          five.getUpdater().getStateViewArray(), one.getUpdater().getStateViewArray(), "moments");
      assertClose(five.getFlattenedGradients(), one.getFlattenedGradients(), "updates");
      double norm = metrics.get(2 * step + 1).gradientNorm();
      assertEquals(norm, metrics.get(2 * step).gradientNorm(), ROUNDING * norm);
    }
    assertNotEquals(before, one.params());
  }

  @Test
  void aSecondRunIsTheSameToTheBit() {
    FlslConfig config = config().clipNorm(0.02).warmupFraction(0).build();
    float[][] params = new float[2][];
    for (int run = 0; run < 2; run++) {
      ComputationGraph graph = TinyFlsl.flsl(config).build().init();
      for (int step = 0; step < 4; step++) {
        graph.fit(batch(step));
      }
      params[run] = graph.params().toFloatVector();
    }
    assertArrayEquals(params[0], params[1]);
  }

  @Test
  void withCentringToo() {
    FlslConfig config = config().centring(true).build();
    ComputationGraph graph = TinyFlsl.flsl(config).build().init();
    graph.fit(batch(0));
    assertTrue(OnePassUpdater.of(graph).orElseThrow().tookStep());
  }

  @Test
  void withoutTheListenerTheTeacherStays() {
    FlslConfig config = config().warmupFraction(0).build();
    ComputationGraph graph = TinyFlsl.flsl(config).build().init();
    graph.setListeners(List.of());
    INDArray teacher = graph.getVertex("teacher/head").params().dup();
    INDArray student = graph.getVertex("student/head").params().dup();
    graph.fit(batch(0));
    assertEquals(teacher, graph.getVertex("teacher/head").params());
    assertNotEquals(student, graph.getVertex("student/head").params());
  }

  /** As programs do that compute gradients and take steps themselves. */
  @Test
  void askedDirectlyTheUpdaterIsDl4js() {
    FlslConfig config = config().warmupFraction(0).build();
    ComputationGraph graph = TinyFlsl.flsl(config).build().init();
    graph.setInputs(batch(0).getFeatures());
    graph.setLabels(batch(0).getLabels());
    graph.computeGradientAndScore();
    INDArray before = graph.params().dup();
    graph.getUpdater().update(graph.gradient(), 0, 0, 2, LayerWorkspaceMgr.noWorkspaces());
    assertEquals(before, graph.params());
    graph.params().subi(graph.gradient().gradient());
    ComputationGraph fitted = TinyFlsl.flsl(config).build().init();
    fitted.fit(batch(0));
    assertClose(
        fitted.getVertex("student/head").params(),
        graph.getVertex("student/head").params(),
        "parameters");
  }
}
