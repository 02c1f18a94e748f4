package org.flsl.training;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.deeplearning4j.nn.graph.ComputationGraph;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.dataset.api.MultiDataSet;

class TrainingMemoryTest {
  private final GoldenCase golden = new GoldenCase("tiny", DataType.FLOAT);

  @Test
  void weightsAreWhatDl4jHolds() {
    ComputationGraph graph = golden.graph().init();
    TrainingMemory memory = golden.graph().memory(graph, 2);
    graph.fit(batch());
    long held =
        graph.params().length()
            + graph.getFlattenedGradients().length()
            + graph.getUpdater(true).getUpdaterStateViewArray().length();
    assertEquals(4 * held, memory.weights());
  }

  @Test
  void aStepGrowsWithTheBatch() {
    ComputationGraph graph = golden.graph().init();
    long[] step = new long[5];
    for (int batch : new int[] {1, 2, 4}) {
      step[batch] = golden.graph().memory(graph, batch).step();
    }
    double perImage = step[2] - step[1];
    assertTrue(perImage > 0);
    assertEquals(2 * perImage, step[4] - step[2], 0.02 * perImage);
    assertTrue(step[1] < 1.5 * perImage, "little is independent of the batch");
  }

  @Test
  void doublesTakeTwiceTheMemory() {
    GoldenCase twice = new GoldenCase("tiny", DataType.DOUBLE);
    ComputationGraph graph = golden.graph().init();
    TrainingMemory doubles = twice.graph().memory(twice.graph().init(), 3);
    TrainingMemory floats = golden.graph().memory(graph, 3);
    assertEquals(2 * floats.weights(), doubles.weights());
    assertEquals(2.0 * floats.step(), doubles.step(), 0.05 * floats.step());
  }

  @Test
  void askingChangesNothing() {
    ComputationGraph asked = golden.graph().init();
    golden.graph().memory(asked, 2);
    ComputationGraph plain = golden.graph().init();
    for (int step = 0; step < 2; step++) {
      asked.fit(batch());
      plain.fit(batch());
    }
    assertEquals(plain.params(), asked.params());
  }

  private MultiDataSet batch() {
    return golden.batch(0);
  }
}
