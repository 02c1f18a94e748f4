package org.flsl.training;

import static org.flsl.layers.Messages.assertRefused;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.conf.graph.FrozenVertex;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.flsl.layers.vit.PatchEmbedding;
import org.flsl.layers.vit.VitBackbone;
import org.flsl.layers.vit.VitConfig;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.MultiDataSet;

/** A training that goes on along other schedules. */
class ContinuedTest {
  private static final String PROTOTYPES = FlslGraph.STUDENT + FlslGraph.PROTOTYPES;

  private static FlslGraph flsl(int epochs) {
    return flsl(config(epochs));
  }

  private static FlslGraph flsl(FlslConfig.Builder config) {
    return TinyFlsl.flsl(config.build()).build();
  }

  private static FlslConfig.Builder config(int epochs) {
    return TinyFlsl.config(DataType.FLOAT).centring(true).epochs(epochs);
  }

  private static MultiDataSet batch(int step) {
    return TinyFlsl.batch(DataType.FLOAT, step, 2, false);
  }

  private static ComputationGraph trained(FlslGraph flsl, int steps) {
    ComputationGraph graph = flsl.init();
    for (int step = 0; step < steps; step++) {
      graph.fit(batch(step));
    }
    return graph;
  }

  private static INDArray prototypes(ComputationGraph graph) {
    return graph.getLayer(PROTOTYPES).params().dup();
  }

  @Test
  void alongTheSameSchedulesItIsTheSameTraining() {
    FlslGraph flsl = flsl(4);
    ComputationGraph graph = trained(flsl, 5);
    ComputationGraph continued = flsl.continued(graph);
    assertEquals(graph.getConfiguration().toJson(), continued.getConfiguration().toJson());
    for (int step = 5; step < 9; step++) {
      graph.fit(batch(step));
      continued.fit(batch(step));
    }
    assertEquals(9, continued.getIterationCount());
    assertEquals(graph.params(), continued.params());
    assertEquals(
        graph.getUpdater().getUpdaterStateViewArray(),
        continued.getUpdater().getUpdaterStateViewArray());
  }

  @Test
  void longerItFollowsTheLongerSchedulesFromWhereItStands() {
    FlslGraph longer = flsl(40);
    ComputationGraph graph = trained(flsl(4), 11);
    ComputationGraph continued = longer.continued(graph);
    assertEquals(11, graph.getIterationCount(), "it stays as it is");
    List<Double> rates = new ArrayList<>();
    continued.addListeners(
        new MetricsListener(longer.config(), metrics -> rates.add(metrics.learningRate())));
    INDArray before = prototypes(continued);
    continued.fit(batch(11));
    graph.fit(batch(11));
    assertEquals(12, continued.getIterationCount());
    assertEquals(List.of(longer.config().learningRateSchedule().valueAt(11, 0)), rates);
    double moved = prototypes(continued).distance2(before);
    assertTrue(moved > 3 * prototypes(graph).distance2(before), "the other one is at its end");
  }

  @Test
  void prototypesThatMoveAreNotFrozenAgain() {
    // A tenth of 12 steps; an epoch of the longer training would be 3.
    ComputationGraph graph = trained(flsl(4), 2);
    ComputationGraph continued = flsl(10).continued(graph);
    INDArray before = prototypes(continued);
    continued.fit(batch(2));
    assertNotEquals(before, prototypes(continued));
  }

  @Test
  void prototypesThatStandStillWaitForTheirTime() {
    FlslGraph shorter = flsl(config(10).frozenPrototypeEpochs(2));
    ComputationGraph graph = trained(shorter, 2);
    INDArray first = prototypes(graph);
    ComputationGraph continued = flsl(20).continued(graph);
    continued.fit(batch(2));
    assertEquals(first, prototypes(continued), "of the third step of an epoch");
    continued.fit(batch(3));
    assertNotEquals(first, prototypes(continued));
  }

  private static FlslGraph of(VitConfig vit) {
    return FlslGraph.builder()
        .backbone(VitBackbone.of(vit))
        .views(TinyFlsl.views())
        .config(TinyFlsl.config(DataType.FLOAT).build())
        .build();
  }

  /** There the entrance of the teacher, which has one view, was a vertex. */
  @Test
  void aTrainingOfAnEarlierVersionGoesOnAsOneOfToday() {
    FlslGraph flsl = flsl(4);
    ComputationGraph today = trained(flsl, 2);
    ComputationGraphConfiguration configuration = flsl.configuration();
    String entrance = FlslGraph.TEACHER + VitBackbone.EMBEDDING;
    configuration
        .getVertices()
        .put(entrance, new FrozenVertex(new PatchEmbedding(TinyFlsl.vit().build(), 1)));
    ComputationGraph earlier = new ComputationGraph(configuration);
    earlier.init();
    earlier.params().assign(flsl.init().params());
    flsl.attach(earlier);
    for (int step = 0; step < 2; step++) {
      earlier.fit(batch(step));
    }
    assertEquals(today.params(), earlier.params());

    ComputationGraph continued = flsl.continued(earlier);
    for (int step = 2; step < 4; step++) {
      today.fit(batch(step));
      continued.fit(batch(step));
    }
    assertEquals(today.params(), continued.params());
  }

  @Test
  void anotherNetworkIsRefused() {
    ComputationGraph graph = flsl(4).init();
    FlslGraph deeper = of(TinyFlsl.vit().depth(3).build());
    assertRefused(() -> deeper.continued(graph), "it lacks [student/block_2]");
    FlslGraph wider = of(TinyFlsl.vit().width(16).build());
    assertRefused(() -> wider.continued(graph), "to go on with has " + graph.params().length());
  }
}
