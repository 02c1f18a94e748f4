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
import org.flsl.training.GradientAccumulation;
import org.flsl.training.MetricsListener;
import org.flsl.training.TrainingMemory;
import org.flsl.views.MultiViewIterator;
import org.nd4j.linalg.dataset.api.MultiDataSet;

/** FLSL as DL4J trains it: one graph, fitted to one batch after the other. */
final class FlslTraining implements Training {
  private final Config config;
  private final FlslGraph program;
  private final ComputationGraph graph;
  private final GradientAccumulation steps;
  private final MultiViewIterator batches;
  private final ImageSet images;
  private StepFigures told;

  FlslTraining(
      Config config, FlslGraph program, ComputationGraph graph, MultiViewIterator batches) {
    this.config = config;
    this.program = program;
    this.graph = graph;
    this.steps = new GradientAccumulation(graph);
    this.batches = batches;
    this.images = ImageSet.of(batches.images());
    CollapseWatch watch = new CollapseWatch(program.config().centroids());
    graph.addListeners(
        new MetricsListener(
            program.config(), watch.andThen(metrics -> told = Pretraining.told(metrics))));
    batches.startAtStep(step());
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
    return program.memory(graph, config.get(Settings.BATCH) / config.get(Settings.ACCUMULATE));
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
    return graph.getIterationCount();
  }

  @Override
  public StepFigures next() {
    if (!batches.hasNext()) {
      batches.reset();
    }
    MultiDataSet batch = batches.next();
    steps.fit(GradientAccumulation.split(batch, config.get(Settings.ACCUMULATE)));
    if (step() % stepsPerEpoch() == 0) {
      graph.incrementEpochCount();
    }
    return told;
  }

  @Override
  public void observe(TrainingListener listener) {
    // Not setListeners, which would drop the one that moves the teacher.
    graph.addListeners(listener);
  }

  @Override
  public boolean finite() {
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
    ComputationGraph teacher = program.exportTeacher(graph);
    try {
      return benchmark.measure(Candidate.of(GraphFeatures.of(teacher), Setup.of(config).views()));
    } finally {
      teacher.close();
    }
  }

  @Override
  public int unreadableImages() {
    return batches.unreadableImages();
  }

  @Override
  public void write(OutputStream out) throws IOException {
    CheckpointFile.write(graph, config, out);
  }

  @Override
  public void export(OutputStream out) throws IOException {
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
    batches.close();
    graph.close();
  }
}
