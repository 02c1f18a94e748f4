package org.flsl.examples.pretrain;

import java.util.SplittableRandom;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.optimize.api.TrainingListener;
import org.flsl.training.GradientAccumulation;
import org.flsl.training.MetricsListener;
import org.flsl.training.StepMetrics;
import org.flsl.training.TrainingMemory;
import org.flsl.views.MultiViewIterator;
import org.nd4j.linalg.dataset.api.MultiDataSet;
import org.nd4j.linalg.factory.Nd4j;

/** Steps as DL4J takes them: one graph, fitted to one batch after the other, in this thread. */
final class OwnSteps implements Steps {
  private final ComputationGraph graph;
  private final GradientAccumulation steps;
  private final MultiViewIterator batches;
  private final int parts;
  private final int stepsPerEpoch;
  private final long seed;
  private StepMetrics told;

  OwnSteps(Task task) {
    this.graph = task.graph();
    this.steps = new GradientAccumulation(graph);
    this.parts = task.config().get(Settings.ACCUMULATE);
    this.seed = task.config().get(Settings.SEED);
    this.stepsPerEpoch = task.program().config().iterationsPerEpoch();
    graph.addListeners(new MetricsListener(task.program().config(), metrics -> told = metrics));
    this.batches = Pretraining.batches(task.config(), task.images()).build();
    batches.startAtStep(graph.getIterationCount());
  }

  @Override
  public StepMetrics next() {
    if (!batches.hasNext()) {
      batches.reset();
    }
    MultiDataSet batch = batches.next();
    // DL4J's own dropout, in a network of the user's, draws from this: by the step alone.
    Nd4j.getRandom().setSeed(new SplittableRandom(seed + graph.getIterationCount()).nextLong());
    steps.fit(GradientAccumulation.split(batch, parts));
    if (graph.getIterationCount() % stepsPerEpoch == 0) {
      graph.incrementEpochCount();
    }
    return told;
  }

  @Override
  public void settle() {
    // The graph is where the steps are taken.
  }

  @Override
  public TrainingMemory memory(TrainingMemory ofGraph) {
    return ofGraph;
  }

  @Override
  public void observe(TrainingListener listener) {
    // Not setListeners, which would drop the one that moves the teacher.
    graph.addListeners(listener);
  }

  @Override
  public int unreadableImages() {
    return batches.unreadableImages();
  }

  @Override
  public void close() {
    batches.close();
  }
}
