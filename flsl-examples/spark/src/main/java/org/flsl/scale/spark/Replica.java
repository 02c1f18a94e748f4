package org.flsl.scale.spark;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.flsl.training.MetricsListener;
import org.flsl.training.StepMetrics;
import org.flsl.views.MultiViewIterator;

/**
 * A copy of the training on an executor, for one task at a time.
 *
 * <p>It computes in a thread of its own: Spark runs tasks in any, while ND4J's workspaces and
 * oneDNN's scratch memory belong to the thread that made them.
 */
final class Replica {
  private final Job job;
  private final ExecutorService thread =
      Executors.newSingleThreadExecutor(
          work -> {
            Thread made = new Thread(work, "flsl-replica");
            made.setDaemon(true);
            return made;
          });
  private final List<StepMetrics> told = new ArrayList<>();
  private ComputationGraph graph;
  private MultiViewIterator batches;
  private int worker = -1;

  Replica(Job job) {
    this.job = job;
  }

  /** What a worker has after its steps of a round. */
  record Result(float[] state, List<StepMetrics> told, Set<Integer> unreadable) {}

  /** Whether its photos of this worker's next step are on their way already. */
  boolean isPreparedFor(int worker) {
    return this.worker == worker;
  }

  Job job() {
    return job;
  }

  /**
   * Takes steps.
   *
   * @param state to begin with
   * @param first the number of the first step
   */
  Result train(float[] state, int first, int steps, int worker) throws InterruptedException {
    try {
      return thread.submit(() -> steps(state, first, steps, worker)).get();
    } catch (ExecutionException e) {
      throw new IllegalStateException("a worker's step failed: " + e.getCause(), e.getCause());
    }
  }

  private Result steps(float[] state, int first, int steps, int worker) {
    if (graph == null) {
      graph = job.newGraph();
      var program = job.program();
      program.attach(graph);
      graph.addListeners(new MetricsListener(program.config(), told::add));
    }
    State.put(state, graph);
    graph.getConfiguration().setIterationCount(first);
    graph.getConfiguration().setEpochCount(first / job.stepsPerEpoch());
    goTo(first, worker);
    told.clear();
    for (int step = first; step < first + steps; step++) {
      if (!batches.hasNext()) {
        batches.reset();
      }
      graph.fit(batches.next());
      if ((step + 1) % job.stepsPerEpoch() == 0) {
        graph.incrementEpochCount();
      }
    }
    return new Result(State.of(graph), List.copyOf(told), batches.unreadable());
  }

  private void goTo(int step, int worker) {
    if (this.worker != worker) {
      if (batches != null) {
        batches.close();
      }
      batches = job.batches(worker);
      this.worker = worker;
    }
    int perEpoch = batches.batchesPerEpoch();
    boolean there = batches.epoch() * (long) perEpoch + batches.batch() == step;
    if (!there) {
      batches.startAtStep(step);
    }
  }

  /** Gives back what it holds. */
  void close() {
    thread.submit(
        () -> {
          if (batches != null) {
            batches.close();
          }
          if (graph != null) {
            graph.close();
          }
        });
    thread.shutdown();
  }
}
