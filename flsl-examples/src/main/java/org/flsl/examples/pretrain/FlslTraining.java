package org.flsl.examples.pretrain;

import java.io.IOException;
import java.io.OutputStream;
import java.util.List;
import java.util.Optional;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.optimize.api.TrainingListener;
import org.flsl.evaluation.Benchmark;
import org.flsl.evaluation.Candidate;
import org.flsl.evaluation.GraphFeatures;
import org.flsl.evaluation.Measured;
import org.flsl.examples.command.NativeBuild;
import org.flsl.examples.loop.Training;
import org.flsl.examples.run.CheckpointFile;
import org.flsl.examples.run.ImageSet;
import org.flsl.examples.run.StepFigures;
import org.flsl.examples.settings.Config;
import org.flsl.training.CollapseWatch;
import org.flsl.training.FlslGraph;
import org.flsl.training.StepMetrics;
import org.flsl.training.TrainingMemory;

/** FLSL as a training of the command: a graph, and who takes its steps. */
final class FlslTraining implements Training {
  private final Config config;
  private final FlslGraph program;
  private final ComputationGraph graph;
  private final Steps steps;
  private final ImageSet images;
  private final CollapseWatch watch;
  private long taken;

  FlslTraining(Steps.Task task, Steps steps) {
    this.config = task.config();
    this.program = task.program();
    this.graph = task.graph();
    this.steps = steps;
    this.images = ImageSet.of(task.images());
    this.watch = new CollapseWatch(program.config().centroids());
    this.taken = graph.getIterationCount();
  }

  @Override
  public ImageSet images() {
    return images;
  }

  @Override
  public long parameters() {
    return FlslGraph.studentParameters(graph);
  }

  @Override
  public TrainingMemory memory() {
    int parts = config.get(Settings.ACCUMULATE) * config.get(Settings.WORKERS);
    return steps.memory(program.memory(graph, config.get(Settings.BATCH) / parts));
  }

  @Override
  public Optional<NativeBuild> nativeBuild() {
    return NativeBuild.loaded();
  }

  @Override
  public int stepsPerEpoch() {
    return program.config().iterationsPerEpoch();
  }

  @Override
  public long step() {
    return taken;
  }

  @Override
  public StepFigures next() {
    StepMetrics metrics = steps.next();
    taken++;
    watch.accept(metrics);
    return Pretraining.told(metrics);
  }

  @Override
  public void observe(TrainingListener listener) {
    steps.observe(listener);
  }

  @Override
  public boolean finite() {
    steps.settle();
    return Double.isFinite(graph.params().sumNumber().doubleValue())
        && Double.isFinite(
            graph.getUpdater(true).getUpdaterStateViewArray().sumNumber().doubleValue());
  }

  @Override
  public String remedy() {
    return "a lower --lr, a longer --warmup or a smaller --clip";
  }

  @Override
  public int channels() {
    return config.get(Settings.CHANNELS);
  }

  @Override
  public List<Measured> measured(Benchmark benchmark) {
    steps.settle();
    ComputationGraph teacher = program.exportTeacher(graph);
    try {
      return benchmark.measure(Candidate.of(GraphFeatures.of(teacher), Setup.of(config).views()));
    } finally {
      teacher.close();
    }
  }

  @Override
  public int unreadableImages() {
    return steps.unreadableImages();
  }

  @Override
  public void write(OutputStream out) throws IOException {
    steps.settle();
    CheckpointFile.write(graph, config, out);
  }

  @Override
  public void export(OutputStream out) throws IOException {
    steps.settle();
    ComputationGraph backbone = program.exportTeacher(graph);
    try {
      BackboneFile.write(backbone, BackboneFile.provenance(config, images.count(), step()), out);
    } finally {
      // Now, not when the garbage is collected.
      backbone.close();
    }
  }

  @Override
  public void close() {
    steps.close();
    graph.close();
  }
}
