package org.flsl.scale.workers;

import java.io.IOException;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.flsl.examples.pretrain.Pretraining;
import org.flsl.examples.pretrain.SamplePhotos;
import org.flsl.examples.pretrain.Settings;
import org.flsl.examples.pretrain.Setup;
import org.flsl.examples.pretrain.Steps;
import org.flsl.examples.settings.Config;
import org.flsl.layers.vit.VitSize;
import org.flsl.losses.FlslLosses;
import org.flsl.training.FlslGraph;
import org.flsl.training.MetricsListener;
import org.flsl.training.StepMetrics;
import org.flsl.views.ImageFolder;
import org.flsl.views.MultiViewIterator;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * What the volume term does when every worker sees its own part of the batch: trains a small
 * configuration on the shipped photos with 1, 2 and 4 workers of the same global batch, and prints
 * the entropy of the mean assignment over whole batches and the centroids used, for docs/scale.md.
 */
public final class VolumeAcrossWorkers {
  private static final int BATCH = 32;
  private static final double TEMPERATURE = 0.1;

  private VolumeAcrossWorkers() {}

  public static void main(String[] arguments) throws IOException {
    int epochs = Integer.parseInt(arguments[0]);
    try (SamplePhotos photos = new SamplePhotos()) {
      ImageFolder images = ImageFolder.scan(photos.folder());
      for (long seed = 1; seed <= 3; seed++) {
        measure(images, config(1, 1, epochs, seed));
      }
      for (int[] shared : new int[][] {{2, 1}, {4, 1}, {4, 4}}) {
        for (long seed = 1; seed <= 3; seed++) {
          measure(images, config(shared[0], shared[1], epochs, seed));
        }
      }
    }
  }

  private static Config config(int workers, int averageEvery, int epochs, long seed) {
    return Settings.SCHEMA
        .defaults()
        .with(Settings.WORKERS, workers)
        .with(Settings.AVERAGE_EVERY, averageEvery)
        .with(Settings.BATCH, BATCH)
        .with(Settings.ARCH, VitSize.TINY)
        .with(Settings.WIDTH, 48)
        .with(Settings.HEADS, 3)
        .with(Settings.DEPTH, 2)
        .with(Settings.DROP_PATH, 0.0)
        .with(Settings.PATCH, 8)
        .with(Settings.GLOBAL_SIZE, 48)
        .with(Settings.LOCAL_SIZE, 24)
        .with(Settings.LOCAL_WINDOW, 1)
        .with(Settings.CENTROIDS, 64)
        .with(Settings.HEAD_HIDDEN, 64)
        .with(Settings.HEAD_BOTTLENECK, 32)
        .with(Settings.LEARNING_RATE, 0.01)
        .with(Settings.LOADERS, 1)
        .with(Settings.SEED, seed)
        .with(Settings.EPOCHS, epochs);
  }

  private static void measure(ImageFolder images, Config config) {
    int stepsPerEpoch = images.size() / BATCH;
    FlslGraph program = Setup.of(config).program(stepsPerEpoch);
    ComputationGraph graph = program.init();
    int steps = stepsPerEpoch * config.get(Settings.EPOCHS);
    int last = stepsPerEpoch * Math.min(5, config.get(Settings.EPOCHS));
    List<StepMetrics> told = train(new Steps.Task(config, program, graph, images), steps);
    List<StepMetrics> end = told.subList(steps - last, steps);
    System.out.printf(
        Locale.ROOT,
        "workers %d every %d seed %d: loss %.4f, entropy of parts %.4f, %s%n",
        config.get(Settings.WORKERS),
        config.get(Settings.AVERAGE_EVERY),
        config.get(Settings.SEED),
        end.stream().mapToDouble(StepMetrics::total).average().orElseThrow(),
        end.stream().mapToDouble(StepMetrics::assignmentEntropy).average().orElseThrow(),
        global(graph, config, images));
    graph.close();
  }

  private static List<StepMetrics> train(Steps.Task task, int steps) {
    List<StepMetrics> told = new ArrayList<>();
    if (task.config().get(Settings.WORKERS) > 1) {
      try (Steps training = new AveragedSteps(task)) {
        for (int step = 0; step < steps; step++) {
          told.add(training.next());
        }
        training.settle();
      }
      return told;
    }
    task.graph().addListeners(new MetricsListener(task.program().config(), told::add));
    try (MultiViewIterator views = Pretraining.batches(task.config(), task.images()).build()) {
      for (int step = 0; step < steps; step++) {
        if (!views.hasNext()) {
          views.reset();
        }
        task.graph().fit(views.next());
      }
    }
    return told;
  }

  /** Over whole batches, as one worker would see them. */
  private static String global(ComputationGraph graph, Config config, ImageFolder images) {
    double entropy = 0;
    double used = 0;
    int batches = 0;
    try (MultiViewIterator views = Pretraining.batches(config, images).build()) {
      for (; views.hasNext(); batches++) {
        Map<String, INDArray> seen = graph.feedForward(views.next().getFeatures(), false);
        INDArray logits = seen.get(FlslGraph.STUDENT + FlslGraph.PROTOTYPES);
        double[] p = FlslLosses.meanAssignment(logits, TEMPERATURE).toDoubleVector();
        for (double share : p) {
          entropy -= share * Math.log(share + 1e-30);
        }
        BitSet likeliest = new BitSet();
        for (int k : logits.reshape('c', -1, logits.size(2)).argMax(1).toIntVector()) {
          likeliest.set(k);
        }
        used += likeliest.cardinality();
      }
    }
    return String.format(
        Locale.ROOT,
        "entropy of the whole %.4f, centroids used %.1f",
        entropy / batches,
        used / batches);
  }
}
