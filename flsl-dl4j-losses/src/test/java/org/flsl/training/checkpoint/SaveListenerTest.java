package org.flsl.training.checkpoint;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.flsl.training.FlslGraph;
import org.flsl.training.TinyFlsl;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.nd4j.linalg.api.buffer.DataType;

/** A training whose states a listener saves while DL4J takes its steps. */
class SaveListenerTest {
  private static final int STEPS_PER_EPOCH = 3;

  @TempDir private Path folder;
  private final FlslGraph flsl = TinyFlsl.flsl(TinyFlsl.config(DataType.FLOAT).build()).build();

  private static ComputationGraph train(ComputationGraph graph, int toStep) {
    while (graph.getIterationCount() < toStep) {
      graph.fit(TinyFlsl.batch(DataType.FLOAT, graph.getIterationCount() + 1, 2, false));
      if (graph.getIterationCount() % STEPS_PER_EPOCH == 0) {
        graph.incrementEpochCount();
      }
    }
    return graph;
  }

  @Test
  void whatIsSavedHasItsStepAndItsEpochCounted() throws IOException {
    Checkpoints checkpoints = new Checkpoints(folder, 10);
    ComputationGraph whole = flsl.init();
    whole.addListeners(new SaveListener(checkpoints, STEPS_PER_EPOCH, 1));
    for (int step = 1; step <= 2 * STEPS_PER_EPOCH; step++) {
      train(whole, step);
      ComputationGraph saved = checkpoints.restore().orElseThrow();
      assertEquals(step, saved.getIterationCount());
      assertEquals(step / STEPS_PER_EPOCH, saved.getEpochCount());
      assertEquals(whole.getIterationCount(), saved.getIterationCount());
      assertEquals(whole.getEpochCount(), saved.getEpochCount());
      assertEquals(whole.params(), saved.params());
    }
  }

  @Test
  void aSavedTrainingGoesOnToTheSameEnd() throws IOException {
    Checkpoints checkpoints = new Checkpoints(folder, 1);
    ComputationGraph killed = flsl.init();
    killed.addListeners(new SaveListener(checkpoints, STEPS_PER_EPOCH, 4));
    train(killed, 5);
    ComputationGraph resumed = flsl.attach(checkpoints.restore().orElseThrow());
    assertEquals(4, resumed.getIterationCount());
    assertEquals(train(flsl.init(), 8).params(), train(resumed, 8).params());
  }

  @Test
  void aFullDiskDoesNotEndTheTraining() throws IOException {
    // A file where the folder should be.
    Checkpoints checkpoints = new Checkpoints(Files.writeString(folder.resolve("file"), ""), 1);
    ComputationGraph graph = flsl.init();
    graph.addListeners(new SaveListener(checkpoints, STEPS_PER_EPOCH, 1));
    assertEquals(2, train(graph, 2).getIterationCount());
  }

  @Test
  void everyNothStepIsRefused() {
    String message =
        assertThrows(
                IllegalArgumentException.class,
                () -> new SaveListener(new Checkpoints(folder, 1), STEPS_PER_EPOCH, 0))
            .getMessage();
    assertTrue(message.endsWith("got 3 and 0"), message);
    assertEquals(
        "checkpoints",
        assertThrows(NullPointerException.class, () -> new SaveListener(null, STEPS_PER_EPOCH, 1))
            .getMessage());
  }
}
