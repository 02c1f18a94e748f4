package org.flsl.training;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Map;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.buffer.DataType;

class AttachTest {

  @Test
  void attachingTwiceKeepsOneOfEachListenerAndTheUsersOwn() {
    FlslGraph flsl = new GoldenCase("tiny_centering_no_vmr", DataType.FLOAT).graph();
    ComputationGraph graph = flsl.init();
    MetricsListener own = new MetricsListener(flsl.config(), step -> {});
    graph.addListeners(own);
    flsl.attach(flsl.attach(graph));

    assertEquals(3, graph.getListeners().size());
    assertEquals(
        1, graph.getListeners().stream().filter(MomentumTeacher.class::isInstance).count());
    assertEquals(1, graph.getListeners().stream().filter(CentreUpdate.class::isInstance).count());
    assertTrue(graph.getListeners().contains(own));
  }

  @Test
  void seedZeroRepeatsLikeAnyOther() {
    GoldenCase golden = new GoldenCase("tiny", DataType.FLOAT);
    assertEquals(0, golden.graph().config().seed());
    assertEquals(golden.graph().init().params(), golden.graph().init().params());
  }

  @Test
  void adviceIsForProcessorsWithSpinningThreads() {
    List<String> both = List.of("OMP_WAIT_POLICY=PASSIVE", "OPENBLAS_THREAD_TIMEOUT=16");
    assertEquals(both, ProcessorAdvice.missing(Map.of(), "CpuBackend"));
    assertEquals(
        both.subList(1, 2),
        ProcessorAdvice.missing(Map.of("OMP_WAIT_POLICY", "passive"), "CpuBackend"));
    assertEquals(
        both.subList(0, 1),
        ProcessorAdvice.missing(
            Map.of("OMP_WAIT_POLICY", "ACTIVE", "OPENBLAS_THREAD_TIMEOUT", "16"), "CpuBackend"));
    assertEquals(List.of(), ProcessorAdvice.missing(Map.of("OMP_NUM_THREADS", "1"), "CpuBackend"));
    assertEquals(List.of(), ProcessorAdvice.missing(Map.of(), "JCublasBackend"));
  }
}
