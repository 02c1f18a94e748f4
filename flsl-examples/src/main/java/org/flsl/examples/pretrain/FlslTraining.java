package org.flsl.examples.pretrain;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.optimize.api.TrainingListener;
import org.flsl.evaluation.Benchmark;
import org.flsl.evaluation.Candidate;
import org.flsl.evaluation.GraphFeatures;
import org.flsl.evaluation.Measured;
import org.flsl.examples.command.NativeBuild;
import org.flsl.examples.command.UserError;
import org.flsl.examples.loop.Training;
import org.flsl.examples.run.CheckpointFile;
import org.flsl.training.CollapseWatch;
import org.flsl.training.FlslGraph;
import org.flsl.training.GradientAccumulation;
import org.flsl.training.MetricsListener;
import org.flsl.training.StepMetrics;
import org.flsl.training.TrainingMemory;
import org.flsl.views.ImageFolder;
import org.flsl.views.MultiViewIterator;
import org.nd4j.linalg.dataset.api.MultiDataSet;

/** FLSL as DL4J trains it: one graph, fitted to one batch after the other. */
final class FlslTraining implements Training {
  private final PretrainConfig config;
  private final FlslGraph program;
  private final ComputationGraph graph;
  private final GradientAccumulation steps;
  private final MultiViewIterator batches;
  private StepMetrics told;

  private FlslTraining(
      PretrainConfig config, FlslGraph program, ComputationGraph graph, MultiViewIterator batches) {
    this.config = config;
    this.program = program;
    this.graph = graph;
    this.steps = new GradientAccumulation(graph);
    this.batches = batches;
    graph.addListeners(new MetricsListener(program.config(), metrics -> told = metrics));
    graph.addListeners(
        new MetricsListener(program.config(), new CollapseWatch(program.config().centroids())));
    int perPass = batches.batchesPerEpoch();
    batches.startAt((int) (step() / perPass), (int) (step() % perPass));
  }

  /** Makes trainings from configurations. */
  static final class Factory implements Training.Factory {
    private final List<TrainingListener> listeners;

    /**
     * @param listeners are told of every step, beside those that the training needs
     */
    Factory(TrainingListener... listeners) {
      this.listeners = List.of(listeners);
    }

    /** Steps of an epoch, without making the training. */
    static int stepsPerEpoch(PretrainConfig config, Path images) {
      try (MultiViewIterator batches = batches(config, images)) {
        return stepsPerEpoch(config, batches);
      }
    }

    @Override
    public Training begin(PretrainConfig config, Path images) {
      MultiViewIterator batches = batches(config, images);
      FlslGraph program = Setup.of(config).program(stepsPerEpoch(config, batches));
      return new FlslTraining(config, program, listened(program.init()), batches);
    }

    @Override
    public Training resume(PretrainConfig config, Path images, Path checkpoint) throws IOException {
      MultiViewIterator batches = batches(config, images);
      FlslGraph program = Setup.of(config).restored(stepsPerEpoch(config, batches));
      ComputationGraph saved = CheckpointFile.read(checkpoint, config);
      int epochs = CheckpointFile.settings(checkpoint).get(Settings.EPOCHS);
      if (epochs == config.get(Settings.EPOCHS)) {
        return new FlslTraining(config, program, listened(program.attach(saved)), batches);
      }
      ComputationGraph continued = program.continued(saved);
      saved.close();
      return new FlslTraining(config, program, listened(continued), batches);
    }

    private ComputationGraph listened(ComputationGraph graph) {
      listeners.forEach(graph::addListeners);
      return graph;
    }

    private static MultiViewIterator batches(PretrainConfig config, Path images) {
      try {
        return MultiViewIterator.builder()
            .images(ImageFolder.scan(images))
            .views(Setup.of(config).views())
            .batchSize(config.get(Settings.BATCH))
            .seed(config.get(Settings.SEED))
            .threads(config.get(Settings.LOADERS, Runtime.getRuntime().availableProcessors()))
            // A step in parts leaves the time to prepare its successor, and memory is dear.
            .prefetch(config.get(Settings.ACCUMULATE) == 1 ? 2 : 1)
            .reuseArrays(true)
            .build();
      } catch (IllegalArgumentException e) {
        throw new UserError(e.getMessage(), e);
      }
    }

    private static int stepsPerEpoch(PretrainConfig config, MultiViewIterator batches) {
      int steps = config.get(Settings.STEPS_PER_EPOCH, batches.batchesPerEpoch());
      if ((long) steps * config.get(Settings.EPOCHS) > Integer.MAX_VALUE) {
        throw new UserError(
            "%d epochs of %d steps are more than can be counted: lower --epochs"
                .formatted(config.get(Settings.EPOCHS), steps));
      }
      return steps;
    }
  }

  @Override
  public int images() {
    return batches.images().size();
  }

  @Override
  public String leftOut() {
    return batches.images().leftOut().toString();
  }

  @Override
  public String imagesFingerprint() {
    return batches.images().fingerprint();
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
  public StepMetrics next() {
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
  public List<Measured> measured(Benchmark benchmark) {
    ComputationGraph teacher = program.exportTeacher(graph);
    try {
      return benchmark.measure(
          Candidate.of(GraphFeatures.of(teacher), Setup.of(config).views()));
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
  public void exportBackbone(OutputStream out) throws IOException {
    BackboneFile.write(
        program.exportTeacher(graph), BackboneFile.provenance(config, images(), step()), out);
  }

  @Override
  public void close() {
    batches.close();
    graph.close();
  }
}
