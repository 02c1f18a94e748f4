package org.flsl.examples.pretrain;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Path;
import java.util.Objects;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.util.ModelSerializer;
import org.flsl.examples.UserError;
import org.flsl.training.CollapseWatch;
import org.flsl.training.FlslGraph;
import org.flsl.training.MetricsListener;
import org.flsl.training.StepMetrics;
import org.flsl.views.ImageFolder;
import org.flsl.views.MultiViewIterator;
import org.nd4j.linalg.dataset.api.MultiDataSet;

/** FLSL as DL4J trains it: one graph, fitted to one batch after the other. */
final class FlslTraining implements Training {
  private final FlslGraph program;
  private final ComputationGraph graph;
  private final MultiViewIterator batches;
  private StepMetrics told;

  private FlslTraining(FlslGraph program, ComputationGraph graph, MultiViewIterator batches) {
    this.program = program;
    this.graph = graph;
    this.batches = batches;
    graph.addListeners(new MetricsListener(program.config(), metrics -> told = metrics));
    graph.addListeners(
        new MetricsListener(program.config(), new CollapseWatch(program.config().centroids())));
    int perPass = batches.batchesPerEpoch();
    batches.startAt((int) (step() / perPass), (int) (step() % perPass));
  }

  /** Makes trainings from configurations. */
  static final class Factory implements Training.Factory {
    @Override
    public Training begin(PretrainConfig config, Path images) {
      MultiViewIterator batches = batches(config, images);
      FlslGraph program = program(config, batches);
      return new FlslTraining(program, program.init(), batches);
    }

    @Override
    public Training resume(PretrainConfig config, Path images, Path checkpoint) throws IOException {
      MultiViewIterator batches = batches(config, images);
      FlslGraph program = program(config, batches);
      ComputationGraph graph = ModelSerializer.restoreComputationGraph(checkpoint.toFile(), true);
      requireSame(program.configuration(), graph.getConfiguration(), checkpoint);
      return new FlslTraining(program, program.attach(graph), batches);
    }

    private static MultiViewIterator batches(PretrainConfig config, Path images) {
      try {
        return MultiViewIterator.builder()
            .images(ImageFolder.scan(images))
            .views(Setup.of(config).views())
            .batchSize(config.get(Settings.BATCH))
            .seed(config.get(Settings.SEED))
            .threads(config.get(Settings.LOADERS, Runtime.getRuntime().availableProcessors()))
            .build();
      } catch (IllegalArgumentException e) {
        throw new UserError(e.getMessage(), e);
      }
    }

    private static FlslGraph program(PretrainConfig config, MultiViewIterator batches) {
      return Setup.of(config)
          .program(config.get(Settings.STEPS_PER_EPOCH, batches.batchesPerEpoch()));
    }

    private static void requireSame(
        ComputationGraphConfiguration wanted,
        ComputationGraphConfiguration found,
        Path checkpoint) {
      // The counts are the state of a training, not its shape.
      ComputationGraphConfiguration shape = found.clone();
      shape.setIterationCount(wanted.getIterationCount());
      shape.setEpochCount(wanted.getEpochCount());
      if (!Objects.equals(shape.toJson(), wanted.toJson())) {
        throw new UserError(
            checkpoint
                + " holds another network, or one trained with other settings, than config.yaml"
                + " describes: bring back the run's own config.yaml and checkpoints");
      }
    }
  }

  @Override
  public int images() {
    return batches.images().size();
  }

  @Override
  public String imagesFingerprint() {
    return batches.images().fingerprint();
  }

  @Override
  public long parameters() {
    long parameters = 0;
    for (var vertex : graph.getVertices()) {
      if (vertex.getVertexName().startsWith(FlslGraph.STUDENT)) {
        parameters += vertex.numParams();
      }
    }
    return parameters;
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
    graph.fit(batch);
    if (step() % stepsPerEpoch() == 0) {
      graph.incrementEpochCount();
    }
    return told;
  }

  @Override
  public boolean finite() {
    return Double.isFinite(graph.params().sumNumber().doubleValue())
        && Double.isFinite(
            graph.getUpdater(true).getUpdaterStateViewArray().sumNumber().doubleValue());
  }

  @Override
  public int unreadableImages() {
    return batches.unreadableImages();
  }

  @Override
  public void write(OutputStream out) throws IOException {
    ModelSerializer.writeModel(graph, out, true);
  }

  @Override
  public void exportBackbone(OutputStream out) throws IOException {
    ModelSerializer.writeModel(program.exportTeacher(graph), out, false);
  }

  @Override
  public void close() {
    batches.close();
    graph.close();
  }
}
