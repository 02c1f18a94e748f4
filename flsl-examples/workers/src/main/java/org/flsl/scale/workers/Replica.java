package org.flsl.scale.workers;

import java.util.concurrent.CountDownLatch;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.parallelism.ParallelWrapper;
import org.deeplearning4j.parallelism.trainer.DefaultTrainer;
import org.flsl.training.FlslGraph;
import org.flsl.training.MetricsListener;
import org.flsl.training.StepMetrics;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * One worker: a copy of the training, in a thread of its own.
 *
 * <p>DL4J's trainer gives a copy the wrapper's listeners, which all copies would share, and takes
 * its own away, the one that moves the teacher among them; and an error in its thread would be
 * waited for in vain. This one attaches what a training of FLSL needs, to each copy its own.
 */
final class Replica extends DefaultTrainer {
  private final FlslGraph program;
  private final CountDownLatch begun = new CountDownLatch(1);
  private volatile StepMetrics told;

  /**
   * @param number from 0
   */
  Replica(FlslGraph program, ComputationGraph graph, int number, ParallelWrapper wrapper) {
    this.program = program;
    this.originalModel = graph;
    this.parallelWrapper = wrapper;
    this.workspaceMode = graph.getConfiguration().getTrainingWorkspaceMode();
    this.averagingFrequency = wrapper.getAveragingFrequency();
    this.useMDS = true;
    // Number 0 would train the given graph itself, which another thread looks into.
    this.threadId = number + 1;
    this.uuid = wrapper.getUuid() + "_thread_" + threadId;
    setupIfNeccessary();
  }

  @Override
  protected void postInit() {
    ComputationGraph copy = (ComputationGraph) replicatedModel;
    program.attach(copy);
    copy.addListeners(new MetricsListener(program.config(), metrics -> told = metrics));
    begun.countDown();
  }

  @Override
  public void run() {
    try {
      super.run();
    } catch (Throwable e) {
      // Errors too (memory): whoever waits for this worker is told of an exception only.
      if (thrownException == null) {
        thrownException = new IllegalStateException("a worker of the training failed: " + e, e);
      }
      isStopped.set(true);
    } finally {
      begun.countDown();
    }
  }

  /** The copy, once its thread has made it. */
  ComputationGraph graph() {
    try {
      begun.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while waiting for a worker", e);
    }
    return (ComputationGraph) replicatedModel;
  }

  INDArray parameters() {
    return graph().params();
  }

  INDArray moments() {
    return graph().getUpdater().getStateViewArray();
  }

  /** What its last step was like. */
  StepMetrics told() {
    return told;
  }
}
