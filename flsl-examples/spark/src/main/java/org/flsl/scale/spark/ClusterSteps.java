package org.flsl.scale.spark;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;
import org.apache.spark.SparkException;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.broadcast.Broadcast;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.optimize.api.TrainingListener;
import org.flsl.examples.command.UserError;
import org.flsl.examples.pretrain.Settings;
import org.flsl.examples.pretrain.Steps;
import org.flsl.examples.settings.Config;
import org.flsl.training.StepMetrics;
import org.flsl.training.TrainingMemory;
import org.flsl.views.FileNames;
import org.flsl.views.ImageFolder;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Steps in rounds on a Spark cluster: every worker begins with the same state, takes the steps of
 * the round on its part of each batch, and the mean of their states is the next state.
 *
 * <p>The number of workers is a setting, whatever the number of executors: the same photos, in the
 * same order, give the same training to the bit on one executor and on many.
 */
final class ClusterSteps implements Steps {
  private static final Logger LOG = LoggerFactory.getLogger(ClusterSteps.class);

  private final ComputationGraph graph;
  private final ImageFolder images;
  private final int workers;
  private final int averageEvery;
  private final int stepsPerEpoch;
  private final int steps;
  private final JavaSparkContext spark;
  private final Broadcast<Job> job;
  private final Set<Integer> unreadable = new HashSet<>();

  /** The first step of the present round; the graph has the state before it. */
  private int begun;

  /** Figures of the round's steps that nobody has asked for yet. */
  private final Deque<StepMetrics> told = new ArrayDeque<>();

  private int taken;

  /** The state after the present round; null where the graph has it. */
  private float[] reached;

  ClusterSteps(Task task) {
    graph = task.graph();
    images = task.images();
    Config config = task.config();
    workers = config.get(Settings.WORKERS);
    averageEvery = config.get(Settings.AVERAGE_EVERY);
    stepsPerEpoch = task.program().config().iterationsPerEpoch();
    steps = task.program().config().iterations();
    begun = graph.getIterationCount();
    taken = begun;
    spark =
        SparkCluster.open(
            config.get(Settings.SPARK),
            config,
            "flsl pretrain",
            "its part of the round is taken again by another");
    job = spark.broadcast(Job.of(task));
  }

  @Override
  public StepMetrics next() {
    if (told.isEmpty()) {
      advance();
      Piece figures = round(Math.min(averageEvery - begun % averageEvery, steps - begun));
      told.addAll(figures.told());
      warnOfUnreadable(figures.unreadable());
    }
    taken++;
    return told.removeFirst();
  }

  /** Takes a round from the graph's state; leaves the state after it aside, and returns figures. */
  private Piece round(int steps) {
    Broadcast<float[]> state = spark.broadcast(State.of(graph));
    try {
      List<Integer> all = IntStream.range(0, workers).boxed().toList();
      Map<Integer, Piece> means =
          spark
              .parallelize(all, workers)
              .flatMapToPair(new Round(job, state, begun, steps, workers))
              .groupByKey(workers)
              .mapValues(Piece::mean)
              .collectAsMap();
      reached = joined(means);
      return means.get(workers);
    } catch (Exception e) {
      // Scala declares none: a job that failed throws a checked one all the same.
      if (e instanceof SparkException || spark.sc().isStopped()) {
        throw new UserError(
            "Spark gave up the round of step %d: %s; the last checkpoint is there, go on with --resume"
                .formatted(
                    begun + 1, String.valueOf(e.getMessage()).lines().findFirst().orElse("")),
            e);
      }
      throw e;
    } finally {
      state.destroy();
    }
  }

  private float[] joined(Map<Integer, Piece> stretches) {
    int length = IntStream.range(0, workers).map(i -> stretches.get(i).values().length).sum();
    float[] state = new float[length];
    int at = 0;
    for (int stretch = 0; stretch < workers; stretch++) {
      float[] values = stretches.get(stretch).values();
      System.arraycopy(values, 0, state, at, values.length);
      at += values.length;
    }
    return state;
  }

  /** Puts the state after the round into the graph, where all its steps were asked for. */
  private void advance() {
    if (reached != null) {
      State.put(reached, graph);
      reached = null;
      begun = taken;
      graph.getConfiguration().setIterationCount(taken);
      graph.getConfiguration().setEpochCount(taken / stepsPerEpoch);
    }
  }

  /**
   * In the middle of a round, takes the steps again that were asked for: a round that ends there.
   */
  @Override
  public void settle() {
    if (!told.isEmpty()) {
      told.clear();
      round(taken - begun);
    }
    advance();
  }

  private void warnOfUnreadable(Set<Integer> found) {
    for (int image : found) {
      if (unreadable.add(image)) {
        LOG.warn(
            "Cannot read {}; the next readable image takes its place (unreadable so far: {})",
            FileNames.text(images.path(image)),
            unreadable.size());
      }
    }
  }

  @Override
  public TrainingMemory memory(TrainingMemory ofGraph) {
    // Executors have their own: here is the state alone.
    return new TrainingMemory(ofGraph.weights(), 0);
  }

  @Override
  public void observe(TrainingListener listener) {
    throw new UserError(
        "nothing on this machine can be looked at while a cluster trains: leave out --ui");
  }

  @Override
  public int unreadableImages() {
    return unreadable.size();
  }

  @Override
  public void close() {
    spark.close();
  }
}
