package org.flsl.examples.train;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.flsl.downstream.FineTuning;
import org.flsl.downstream.TaskGraph;
import org.flsl.downstream.data.Augmentation;
import org.flsl.downstream.data.LabelledBatches;
import org.flsl.evaluation.data.ImageSize;
import org.flsl.examples.command.Terminal;
import org.flsl.examples.command.UserError;
import org.flsl.examples.loop.Training;
import org.flsl.examples.pretrain.BackboneFile;
import org.flsl.examples.pretrain.Settings;
import org.flsl.examples.run.CheckpointFile;
import org.flsl.examples.run.RunKind;
import org.flsl.examples.run.RunSettings;
import org.flsl.examples.settings.Config;
import org.flsl.examples.settings.Setting;
import org.flsl.examples.settings.Setting.Section;
import org.flsl.layers.samediff.ProductPrecision;
import org.flsl.views.ColourJitter;
import org.flsl.views.Range;
import org.flsl.views.ViewConfig;
import org.flsl.views.decode.ImageDecoder;
import org.nd4j.linalg.schedule.ISchedule;

/** Makes trainings of a task from configurations. */
final class TaskTrainings implements Training.Factory {
  /** What data are used for, and not which. */
  private static final List<Setting<?>> SHARED =
      List.of(
          TrainSettings.LABELS,
          TrainSettings.VALIDATION,
          TrainSettings.VALIDATION_LIST,
          TrainSettings.SIZE,
          TrainSettings.BATCH);

  private final Task task;
  private final Terminal terminal;

  /** Read once: a calibration begins a training of its own, and a comparison many. */
  private TaskData opened;

  private List<String> openedFor;
  private TaskData drawn;
  private List<String> drawnFor;

  TaskTrainings(Task task, Terminal terminal) {
    this.task = task;
    this.terminal = terminal;
  }

  @Override
  public RunKind kind() {
    return task.kind();
  }

  /**
   * A configuration of a new run that tells what its backbone told: size and normalisation of
   * images, and how fast its layers learn.
   */
  static Config settled(Config config) {
    TrainedBackbone backbone = TrainedBackbone.of(config);
    Config settled = config;
    if (config.get(TrainSettings.SIZE) == null) {
      settled = settled.with(TrainSettings.SIZE, backbone.usualSize());
    }
    ViewConfig views =
        config.get(Settings.MEAN) == null && config.get(Settings.STD) == null
            ? backbone
                .views()
                .orElseGet(
                    () -> ViewConfig.builder().channels(backbone.backbone().channels()).build())
            : config.fill(ViewConfig.builder().channels(backbone.backbone().channels())).build();
    Map<String, String> normalisation = BackboneFile.normalisation(views);
    settled =
        settled
            .with(Settings.MEAN, commas(normalisation.get(BackboneFile.MEAN)), "mean")
            .with(Settings.STD, commas(normalisation.get(BackboneFile.STD)), "std");
    if (config.get(TrainSettings.LAYER_DECAY) == null && config.get(TrainSettings.FROM_SCRATCH)) {
      settled = settled.with(TrainSettings.LAYER_DECAY, 1.0);
    }
    return settled;
  }

  private static String commas(String numbers) {
    return numbers.replace(' ', ',');
  }

  /** How images are normalised. */
  static ViewConfig views(Config config) {
    return config.fill(ViewConfig.builder().channels(config.get(Settings.MEAN).size())).build();
  }

  /** The labelled images, split; they are read where that was not done before. */
  TaskData data(Config config) {
    List<String> source =
        config.schema().settings().stream()
            .filter(setting -> setting.section() == Section.DATA && !SHARED.contains(setting))
            .map(config::text)
            .toList();
    if (!source.equals(openedFor)) {
      int channels = config.get(Settings.MEAN).size();
      try {
        opened = task.open(config, new ImageDecoder(Integer.MAX_VALUE, channels), terminal);
      } catch (IllegalArgumentException e) {
        throw new UserError(e.getMessage(), e);
      }
      openedFor = source;
      drawnFor = List.of();
    }
    List<String> draw =
        List.of(
            config.text(TrainSettings.LABELS),
            config.text(TrainSettings.VALIDATION),
            config.text(TrainSettings.VALIDATION_LIST),
            config.text(TrainSettings.SEED));
    if (!draw.equals(drawnFor)) {
      drawn = opened.split(LabelSplit.of(opened.train(), config), terminal);
      drawnFor = draw;
    }
    return drawn;
  }

  @Override
  public Training begin(Config config, Path images) {
    TaskData data = data(config);
    try {
      return training(config, data, begun(config, data));
    } catch (IllegalArgumentException | UnsupportedOperationException e) {
      throw new UserError(e.getMessage(), e);
    }
  }

  private static ComputationGraph begun(Config config, TaskData data) {
    TrainedBackbone backbone = TrainedBackbone.of(config);
    TaskGraph program = program(config, backbone, data, stepsPerEpoch(config, data));
    return backbone.weights().map(program::init).orElseGet(program::init);
  }

  private static TaskGraph program(
      Config config, TrainedBackbone backbone, TaskData data, int stepsPerEpoch) {
    return new TaskGraph(
        backbone.backbone(),
        data.head(config),
        config.get(TrainSettings.SIZE),
        learning(config, stepsPerEpoch));
  }

  private static FineTuning learning(Config config, int stepsPerEpoch) {
    return config
        .fill(FineTuning.builder())
        .iterations(Math.multiplyExact(config.get(TrainSettings.EPOCHS), stepsPerEpoch))
        // Apart from the weights that a pretraining of the same seed began with.
        .seed(new SplittableRandom(config.get(TrainSettings.SEED)).nextLong())
        .build();
  }

  @Override
  public Training resume(Config config, Path images, Path checkpoint) throws IOException {
    TaskData data = data(config);
    ComputationGraph saved = CheckpointFile.read(checkpoint, kind(), config);
    int epochs = CheckpointFile.settings(checkpoint, kind()).get(TrainSettings.EPOCHS);
    ComputationGraph graph =
        epochs == config.get(TrainSettings.EPOCHS) ? saved : continued(saved, config, data);
    return training(config, data, graph);
  }

  private Training training(Config config, TaskData data, ComputationGraph graph) {
    int steps = stepsPerEpoch(config, data);
    ISchedule rate = learning(config, steps).learningRateSchedule();
    LabelledBatches batches = batches(config, data, graph);
    return new TaskTraining(config, task, data, graph, batches, steps, rate);
  }

  /** The same state along the schedules of a training of another length. */
  private static ComputationGraph continued(ComputationGraph saved, Config config, TaskData data) {
    ComputationGraphConfiguration course =
        program(config, TrainedBackbone.of(config), data, stepsPerEpoch(config, data))
            .configuration();
    course.setIterationCount(saved.getIterationCount());
    course.setEpochCount(saved.getEpochCount());
    ComputationGraph graph = new ComputationGraph(course);
    graph.init();
    graph.params().assign(saved.params());
    graph
        .getUpdater(true)
        .getUpdaterStateViewArray()
        .assign(saved.getUpdater(true).getUpdaterStateViewArray());
    saved.close();
    return graph;
  }

  @Override
  public Map<String, ISchedule> schedules(Config config, int stepsPerEpoch) {
    return Map.of("learning rate", learning(config, stepsPerEpoch).learningRateSchedule());
  }

  private static LabelledBatches batches(Config config, TaskData data, ComputationGraph graph) {
    ProductPrecision.require(config.get(Settings.PRECISION));
    ImageSize size = config.get(TrainSettings.SIZE);
    return new LabelledBatches(
        data.train(),
        data.labels(graph.getConfiguration(), size),
        size,
        views(config),
        augmentation(config),
        config.get(TrainSettings.BATCH),
        config.get(TrainSettings.SEED));
  }

  private static Augmentation augmentation(Config config) {
    double strength = config.get(TrainSettings.COLOUR_STRENGTH);
    ColourJitter usual = Augmentation.USUAL.colours();
    return new Augmentation(
        new Range(config.get(TrainSettings.SCALE).from(), config.get(TrainSettings.SCALE).to()),
        config.get(TrainSettings.FLIP),
        new ColourJitter(
            strength * usual.brightness(),
            strength * usual.contrast(),
            strength * usual.saturation(),
            strength * usual.hue()),
        Augmentation.USUAL.recolour(),
        config.get(TrainSettings.GREY));
  }

  /** Steps in which every image comes once. */
  int batchesPerEpoch(Config config) {
    return batchesPerEpoch(config, data(config));
  }

  private static int batchesPerEpoch(Config config, TaskData data) {
    return LabelledBatches.perEpoch(data.train().size(), config.get(TrainSettings.BATCH));
  }

  private static int stepsPerEpoch(Config config, TaskData data) {
    return config.get(RunSettings.STEPS_PER_EPOCH, batchesPerEpoch(config, data));
  }
}
