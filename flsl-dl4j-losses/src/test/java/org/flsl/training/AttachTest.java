package org.flsl.training;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

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
    assertTrue(ProcessorAdvice.isMissing(Map.of(), "CpuBackend"));
    assertTrue(ProcessorAdvice.isMissing(Map.of("OMP_WAIT_POLICY", "PASSIVE"), "CpuBackend"));
    assertTrue(
        ProcessorAdvice.isMissing(
            Map.of("OMP_WAIT_POLICY", "ACTIVE", "OPENBLAS_THREAD_TIMEOUT", "16"), "CpuBackend"));
    assertFalse(
        ProcessorAdvice.isMissing(
            Map.of("OMP_WAIT_POLICY", "passive", "OPENBLAS_THREAD_TIMEOUT", "16"), "CpuBackend"));
    assertFalse(ProcessorAdvice.isMissing(Map.of(), "JCublasBackend"));
  }
}
