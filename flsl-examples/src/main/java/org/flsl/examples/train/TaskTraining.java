package org.flsl.examples.train;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.graph.vertex.impl.FrozenVertex;
import org.deeplearning4j.nn.layers.FrozenLayer;
import org.deeplearning4j.optimize.api.TrainingListener;
import org.flsl.downstream.TaskGraph;
import org.flsl.downstream.data.LabelledBatches;
import org.flsl.evaluation.Progress;
import org.flsl.evaluation.data.ImageSize;
import org.flsl.examples.command.NativeBuild;
import org.flsl.examples.command.Version;
import org.flsl.examples.loop.Training;
import org.flsl.examples.pretrain.Settings;
import org.flsl.examples.run.CheckpointFile;
import org.flsl.examples.run.ImageSet;
import org.flsl.examples.run.NetworkFile;
import org.flsl.examples.run.StepFigures;
import org.flsl.examples.run.Terms;
import org.flsl.examples.settings.Config;
import org.flsl.layers.samediff.ProductPrecision;
import org.flsl.training.OnePassSteps;
import org.flsl.training.TrainingMemory;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.api.MultiDataSet;
import org.nd4j.linalg.schedule.ISchedule;

/** A backbone with a head as DL4J trains it: one graph, fitted to one batch after the other. */
final class TaskTraining implements Training {
  private final Config config;
  private final Task task;
  private final TaskData data;
  private final ComputationGraph graph;
  private final LabelledBatches batches;
  private final int stepsPerEpoch;
  private final ISchedule learningRate;

  TaskTraining(
      Config config,
      Task task,
      TaskData data,
      ComputationGraph graph,
      LabelledBatches batches,
      int stepsPerEpoch,
      ISchedule learningRate) {
    this.config = config;
    this.task = task;
    this.data = data;
    this.graph = OnePassSteps.attach(graph);
    this.batches = batches;
    this.stepsPerEpoch = stepsPerEpoch;
    this.learningRate = learningRate;
    ProductPrecision.set(graph, config.get(Settings.PRECISION));
    batches.startAtStep(step());
  }

  @Override
  public ImageSet images() {
    return data.images();
  }

  /** Those that learn. */
  @Override
  public long parameters() {
    return Arrays.stream(graph.getVertices())
        .filter(
            vertex ->
                !(vertex instanceof FrozenVertex
                    || vertex.hasLayer() && vertex.getLayer() instanceof FrozenLayer))
        .mapToLong(vertex -> vertex.numParams())
        .sum();
  }

  @Override
  public TrainingMemory memory() {
    ImageSize size = config.get(TrainSettings.SIZE);
    return TaskGraph.memory(graph, size, config.get(TrainSettings.BATCH));
  }

  @Override
  public Optional<NativeBuild> nativeBuild() {
    return NativeBuild.loaded();
  }

  @Override
  public int stepsPerEpoch() {
    return stepsPerEpoch;
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
    double rate = learningRate.valueAt((int) step(), 0);
    MultiDataSet batch = batches.next();
    graph.fit(batch);
    // Now, not when the garbage is collected.
    Arrays.stream(batch.getFeatures()).forEach(INDArray::close);
    Arrays.stream(batch.getLabels()).forEach(INDArray::close);
    if (step() % stepsPerEpoch == 0) {
      graph.incrementEpochCount();
    }
    double score = graph.score();
    return new StepFigures(
        new Terms(score, Map.of()), Map.of("learning_rate", rate), Double.isFinite(score));
  }

  @Override
  public void observe(TrainingListener listener) {
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
    return config.get(Settings.MEAN).size();
  }

  @Override
  public boolean validates() {
    return data.validationImages() > 0;
  }

  @Override
  public Map<String, Double> validated() {
    return data.validate(
        graph,
        config.get(TrainSettings.SIZE),
        TaskTrainings.views(config),
        config.get(TrainSettings.BATCH),
        Progress.NONE);
  }

  @Override
  public Map<String, Double> tested(Path result) {
    ComputationGraph trained = NetworkFile.read(result);
    try {
      return data.test(
          trained,
          config.get(TrainSettings.SIZE),
          TaskTrainings.views(config),
          config.get(TrainSettings.BATCH),
          Progress.NONE);
    } finally {
      trained.close();
    }
  }

  @Override
  public int unreadableImages() {
    return 0;
  }

  @Override
  public void write(OutputStream out) throws IOException {
    CheckpointFile.write(graph, config, out);
  }

  @Override
  public void export(OutputStream out) throws IOException {
    export(graph, out);
  }

  @Override
  public void export(Path state, OutputStream out) throws IOException {
    ComputationGraph saved = CheckpointFile.read(state, task.kind(), config);
    try {
      export(saved, out);
    } finally {
      saved.close();
    }
  }

  private void export(ComputationGraph trained, OutputStream out) throws IOException {
    Map<String, String> provenance = new LinkedHashMap<>();
    provenance.put("made_by", Version.program());
    provenance.put("trained_on", data.images().count() + " images");
    provenance.put("steps", String.valueOf(trained.getIterationCount()));
    new TrainedModel(
            trained,
            task.name(),
            config.get(TrainSettings.SIZE),
            TaskTrainings.views(config),
            data.train().classes(),
            data.storedLabels())
        .write(provenance, out);
  }

  @Override
  public void close() {
    batches.close();
    graph.close();
  }
}
