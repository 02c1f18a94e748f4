package org.flsl.scale.workers;

import java.util.List;
import java.util.stream.IntStream;
import org.deeplearning4j.nn.api.Model;
import org.deeplearning4j.nn.conf.WorkspaceMode;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.optimize.api.TrainingListener;
import org.deeplearning4j.parallelism.ParallelWrapper;
import org.deeplearning4j.parallelism.factory.DefaultTrainerContext;
import org.deeplearning4j.parallelism.trainer.Trainer;
import org.flsl.examples.pretrain.Pretraining;
import org.flsl.examples.pretrain.Settings;
import org.flsl.examples.pretrain.Steps;
import org.flsl.training.FlslGraph;
import org.flsl.training.GradientAccumulation;
import org.flsl.training.StepMetrics;
import org.flsl.training.TrainingMemory;
import org.flsl.views.MultiViewIterator;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.api.MultiDataSet;
import org.nd4j.linalg.factory.Nd4j;

/**
 * Steps of several replicas, each on its part of the batch, after which DL4J's ParallelWrapper puts
 * the mean of their parameters and of their updater states into all of them: student, teacher and
 * centre alike.
 *
 * <p>The wrapper lives in a thread of its own and is given a round at a time. Between two means,
 * where there are several steps, the state of the training is the mean as well: {@link #settle}
 * puts it into the replicas, so that what is saved is what goes on.
 */
final class AveragedSteps implements Steps {
  private final ComputationGraph graph;
  private final MultiViewIterator batches;
  private final int workers;
  private final int averageEvery;
  private final int stepsPerEpoch;
  private final ParallelWrapper wrapper;
  private final Rounds rounds = new Rounds();
  private final Thread thread;
  private int taken;
  private int averaged;
  private int settled;

  AveragedSteps(Task task) {
    graph = task.graph();
    workers = task.config().get(Settings.WORKERS);
    averageEvery = task.config().get(Settings.AVERAGE_EVERY);
    stepsPerEpoch = task.program().config().iterationsPerEpoch();
    taken = graph.getIterationCount();
    averaged = taken;
    settled = taken;
    batches = Pretraining.batches(task.config(), task.images()).build();
    batches.startAtStep(taken);
    wrapper =
        new ParallelWrapper.Builder<>(graph)
            .workers(workers)
            .prefetchBuffer(0)
            .averagingFrequency(averageEvery)
            .workspaceMode(graph.getConfiguration().getTrainingWorkspaceMode())
            .build();
    wrapper.setTrainerContext(new Replicas(task.program()));
    // Means belong to the number of the step, wherever a process began.
    wrapper.getIterationsCounter().set(taken);
    thread = new Thread(() -> rounds.serve(() -> wrapper.fit(rounds)), "flsl-workers");
    thread.setDaemon(true);
    thread.start();
    uninterrupted(rounds::await);
  }

  /** Makes the wrapper's trainers. */
  private static final class Replicas extends DefaultTrainerContext {
    private final FlslGraph program;

    Replicas(FlslGraph program) {
      this.program = program;
    }

    @Override
    public Trainer create(
        String uuid,
        int number,
        Model model,
        int rootDevice,
        boolean multi,
        ParallelWrapper wrapper,
        WorkspaceMode mode,
        int averagingFrequency) {
      return new Replica(program, (ComputationGraph) model, number, wrapper);
    }
  }

  List<Replica> replicas() {
    return IntStream.range(0, workers).mapToObj(i -> (Replica) wrapper.getZoo()[i]).toList();
  }

  @Override
  public StepMetrics next() {
    if (!batches.hasNext()) {
      batches.reset();
    }
    List<MultiDataSet> parts = GradientAccumulation.split(batches.next(), workers);
    uninterrupted(() -> rounds.give(parts));
    taken++;
    if (taken % averageEvery == 0) {
      averaged = taken;
    }
    if (taken % stepsPerEpoch == 0) {
      replicas().forEach(replica -> replica.graph().incrementEpochCount());
      graph.incrementEpochCount();
    }
    return StepMetrics.mean(replicas().stream().map(Replica::told).toList());
  }

  @Override
  public void settle() {
    if (settled == taken) {
      return;
    }
    List<Replica> replicas = replicas();
    if (averaged != taken) {
      Nd4j.averageAndPropagate(null, replicas.stream().map(Replica::parameters).toList());
      Nd4j.averageAndPropagate(null, replicas.stream().map(Replica::moments).toList());
      averaged = taken;
    }
    graph.params().assign(replicas.get(0).parameters());
    INDArray moments = graph.getUpdater(true).getUpdaterStateViewArray();
    moments.assign(replicas.get(0).moments());
    graph.getConfiguration().setIterationCount(taken);
    settled = taken;
  }

  @Override
  public TrainingMemory memory(TrainingMemory ofGraph) {
    // The workers' graphs, and the one that is saved, which takes no steps.
    return new TrainingMemory((workers + 1) * ofGraph.weights(), workers * ofGraph.step());
  }

  @Override
  public void observe(TrainingListener listener) {
    replicas().get(0).graph().addListeners(listener);
  }

  @Override
  public int unreadableImages() {
    return batches.unreadableImages();
  }

  @Override
  public void close() {
    uninterrupted(rounds::close);
    wrapper.shutdown();
    batches.close();
  }

  private interface Waiting {
    void run() throws InterruptedException;
  }

  private static void uninterrupted(Waiting waiting) {
    try {
      waiting.run();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while waiting for the workers", e);
    }
  }
}
