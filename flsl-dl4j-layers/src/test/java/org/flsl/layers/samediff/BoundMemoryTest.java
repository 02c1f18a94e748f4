package org.flsl.layers.samediff;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import org.bytedeco.javacpp.Pointer;
import org.deeplearning4j.nn.workspace.LayerWorkspaceMgr;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** An array that a step was given goes when the step is over, whoever computed with it. */
class BoundMemoryTest {
  private static final long NUMBERS = 1 << 20;
  private static final int WARM_UP = 20;
  private static final int STEPS = 100;
  private static final int COLLECTED = 10;

  @Test
  void arraysOfFormerStepsAreFreed() throws InterruptedException {
    Computation computation =
        new Computation(
            DataType.FLOAT,
            Map.of(),
            d -> d.inputs().get("x").add(d.drawn("drawn", NUMBERS, 1, (random, values, at) -> {})),
            null);
    LayerWorkspaceMgr workspaces = LayerWorkspaceMgr.noWorkspaces(new HashMap<>());
    long before = 0;
    for (int step = 0; step < WARM_UP + STEPS; step++) {
      // What is freed now and then is used again; all at once at the end, malloc may keep it.
      if (step % COLLECTED == 0) {
        long now = memory();
        before = step == WARM_UP ? now : before;
      }
      try (INDArray x = Nd4j.ones(1, NUMBERS, 1);
          INDArray y =
              computation.forward(
                  Map.of("x", x),
                  Set.of(),
                  new Feed.Step(1, step, 0, BatchPart.WHOLE),
                  workspaces);
          INDArray dy = y.dup()) {
        computation.backward(dy, Map.of(), Set.of(), workspaces);
      }
    }
    long drawn = STEPS * NUMBERS * Float.BYTES;
    long grown = memory() - before;
    // JavaCPP frees in a thread of its own, which a busy machine may keep waiting.
    for (int again = 0; grown >= drawn / 4 && again < 20; again++) {
      grown = memory() - before;
    }
    assertTrue(grown < drawn / 4, grown + " bytes more, after " + drawn + " were drawn");
  }

  private static long memory() throws InterruptedException {
    System.gc();
    Thread.sleep(300);
    return Pointer.physicalBytes();
  }
}
