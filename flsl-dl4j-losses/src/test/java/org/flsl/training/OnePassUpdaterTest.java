package org.flsl.training;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.workspace.LayerWorkspaceMgr;
import org.deeplearning4j.optimize.listeners.CollectScoresListener;
import org.deeplearning4j.util.ModelSerializer;
import org.flsl.downstream.FineTuning;
import org.flsl.downstream.Head;
import org.flsl.downstream.TaskGraph;
import org.flsl.downstream.segmentation.SegmentationHead;
import org.flsl.evaluation.data.ImageSize;
import org.flsl.layers.TinyGraph;
import org.flsl.layers.kernels.KernelLibrary;
import org.flsl.layers.vit.VitBackbone;
import org.flsl.layers.vit.VitConfig;
import org.flsl.schedules.Scheduled;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
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

  /** Layers that learn less and less, and a first block or a whole backbone that learns nothing. */
  @ParameterizedTest
  @CsvSource({"0,1,false", "1,1e-3,false", "2,0,false", "0,1e-3,true"})
  void stepsOnLabelsAreDl4js(int frozenBlocks, double clipNorm, boolean frozen) {
    TaskGraph task = task(DataType.FLOAT, frozenBlocks, clipNorm, frozen);
    ComputationGraph one = OnePassSteps.attach(task.init());
    ComputationGraph five = task.init();
    INDArray before = one.params().dup();
    for (int step = 0; step < 4; step++) {
      one.params().assign(five.params());
      one.getUpdater().setStateViewArray(five.getUpdater().getStateViewArray());
      one.fit(labelled(step));
      five.fit(labelled(step));
      assertTrue(OnePassUpdater.of(one).orElseThrow().tookStep());
      assertClose(five.params(), one.params(), "parameters");
      assertClose(
          five.getUpdater().getStateViewArray(), one.getUpdater().getStateViewArray(), "moments");
    }
    assertNotEquals(before, one.params());
    String stays = TaskGraph.BACKBONE + "block_0";
    INDArray fresh = task.init().getVertex(stays).params();
    assertEquals(frozen || frozenBlocks > 0, fresh.equals(one.getVertex(stays).params()));
  }

  /** Restored, told again and with a listener of somebody else's it goes on in one pass. */
  @Test
  void aRestoredTrainingOnLabelsGoesOnExactly() throws IOException {
    ComputationGraph graph = OnePassSteps.attach(task(DataType.FLOAT, 1, 1e-3, false).init());
    graph.fit(labelled(1));
    ByteArrayOutputStream file = new ByteArrayOutputStream();
    ModelSerializer.writeModel(graph, file, true);
    ComputationGraph restored =
        ModelSerializer.restoreComputationGraph(new ByteArrayInputStream(file.toByteArray()), true);
    CollectScoresListener others = new CollectScoresListener(1);
    restored.addListeners(others);
    OnePassSteps.attach(OnePassSteps.attach(restored));
    assertEquals(2, restored.getListeners().size());
    assertTrue(restored.getListeners().contains(others));
    for (int step = 2; step < 5; step++) {
      graph.fit(labelled(step));
      restored.fit(labelled(step));
      assertTrue(OnePassUpdater.of(restored).orElseThrow().tookStep());
    }
    assertArrayEquals(graph.params().toFloatVector(), restored.params().toFloatVector());
  }

  @Test
  void inDoubleStepsOnLabelsAreDl4js() {
    ComputationGraph graph = OnePassSteps.attach(task(DataType.DOUBLE, 0, 1, false).init());
    assertTrue(OnePassUpdater.of(graph).isEmpty());
  }

  private static TaskGraph task(DataType type, int frozenBlocks, double clipNorm, boolean frozen) {
    VitConfig vit =
        VitConfig.builder().width(8).depth(3).heads(2).patch(8).imageSize(16).dropPath(0).build();
    FineTuning learning =
        FineTuning.builder()
            .iterations(10)
            .warmupFraction(0.3)
            .learningRate(0.01)
            .layerDecay(0.5)
            .frozenBlocks(frozenBlocks)
            .frozen(frozen)
            .clipNorm(clipNorm)
            .dataType(type)
            .build();
    // Small: ND4J adds up the squares of a large tensor in float32, and its norm is off by 1e-5.
    Head head = new SegmentationHead(12, 2, List.of(1.0, 2.0));
    return new TaskGraph(VitBackbone.of(vit), head, new ImageSize(16, 16), learning);
  }

  private static MultiDataSet labelled(int seed) {
    INDArray image = TinyGraph.random(DataType.FLOAT, seed, 2, 3, 16, 16);
    return new MultiDataSet(image, image.mean(1).gt(0).castTo(DataType.FLOAT));
  }
}
