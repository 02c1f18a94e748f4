package org.flsl.examples.pretrain;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.ServiceLoader;
import java.util.function.Function;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.optimize.api.TrainingListener;
import org.flsl.examples.command.UserError;
import org.flsl.examples.loop.Training;
import org.flsl.examples.run.CheckpointFile;
import org.flsl.examples.run.MetricColumns;
import org.flsl.examples.run.RunKind;
import org.flsl.examples.run.StepFigures;
import org.flsl.examples.run.Terms;
import org.flsl.examples.settings.Config;
import org.flsl.layers.samediff.ProductPrecision;
import org.flsl.losses.LossTerm;
import org.flsl.training.FlslConfig;
import org.flsl.training.FlslGraph;
import org.flsl.training.StepMetrics;
import org.flsl.views.ImageFolder;
import org.flsl.views.MultiViewIterator;
import org.nd4j.linalg.schedule.ISchedule;

/** FLSL's pretraining as a kind of training: makes trainings from configurations. */
public final class Pretraining implements Training.Factory {
  private static final Map<String, Function<StepMetrics, Number>> FIGURES = figures();

  /** What all its runs have in common. */
  public static final RunKind KIND =
      new RunKind(
          Settings.SCHEMA,
          "pretraining",
          "backbone",
          new MetricColumns(
              LossTerm.known().stream().map(LossTerm::name).toList(),
              List.copyOf(FIGURES.keySet())));

  private final List<TrainingListener> listeners;

  /**
   * Makes trainings.
   *
   * @param listeners are told of every step, beside those that the training needs
   */
  public Pretraining(TrainingListener... listeners) {
    this.listeners = List.of(listeners);
  }

  /** What is written down of every step, beside the objective. */
  private static Map<String, Function<StepMetrics, Number>> figures() {
    Map<String, Function<StepMetrics, Number>> figures = new LinkedHashMap<>();
    figures.put("learning_rate", StepMetrics::learningRate);
    figures.put("weight_decay", StepMetrics::weightDecay);
    figures.put("momentum", StepMetrics::momentum);
    figures.put("teacher_temperature", StepMetrics::teacherTemperature);
    figures.put("gradient_norm", StepMetrics::gradientNorm);
    figures.put("entropy", StepMetrics::assignmentEntropy);
    figures.put("used_centroids", StepMetrics::usedCentroids);
    figures.put("feature_spread", StepMetrics::featureSpread);
    return Collections.unmodifiableMap(figures);
  }

  static StepFigures told(StepMetrics metrics) {
    Map<String, Number> figures = new LinkedHashMap<>();
    FIGURES.forEach((name, figure) -> figures.put(name, figure.apply(metrics)));
    return new StepFigures(
        new Terms(metrics.total(), metrics.terms()), figures, metrics.isFinite());
  }

  @Override
  public RunKind kind() {
    return KIND;
  }

  @Override
  public Training begin(Config config, Path images) {
    ImageFolder found = scanned(config, images);
    FlslGraph program = Setup.of(config).program(stepsPerEpoch(config, found));
    return training(config, program, begun(config, program), found);
  }

  private Training training(
      Config config, FlslGraph program, ComputationGraph graph, ImageFolder images) {
    Steps.Task task = new Steps.Task(config, program, graph, images);
    try {
      boolean alone = config.get(Settings.WORKERS) == 1 && config.get(Settings.SPARK) == null;
      Steps steps = alone ? new OwnSteps(task) : workers(config).begin(task);
      listeners.forEach(steps::observe);
      return new FlslTraining(task, steps);
    } catch (IllegalArgumentException e) {
      throw new UserError(e.getMessage(), e);
    }
  }

  private static Steps.Workers workers(Config config) {
    return ServiceLoader.load(Steps.Workers.class).stream()
        .map(ServiceLoader.Provider::get)
        .filter(workers -> workers.areMeantBy(config))
        .findFirst()
        .orElseThrow(
            () ->
                Steps.Workers.missing(
                    "pretrain",
                    config.get(Settings.SPARK) == null ? Settings.WORKERS : Settings.SPARK));
  }

  private static ComputationGraph begun(Config config, FlslGraph program) {
    Optional<InitialWeights> trained = InitialWeights.of(config, config.schema().settings());
    try {
      return trained.isPresent() ? program.init(trained.get().graph(config)) : program.init();
    } catch (IllegalArgumentException e) {
      // A network of the user's that does not take the views.
      throw new UserError(e.getMessage(), e);
    }
  }

  @Override
  public Training resume(Config config, Path images, Path checkpoint) throws IOException {
    ImageFolder found = scanned(config, images);
    FlslGraph program = Setup.of(config).restored(stepsPerEpoch(config, found));
    ComputationGraph saved = CheckpointFile.read(checkpoint, KIND, config);
    int epochs = CheckpointFile.settings(checkpoint, KIND).get(Settings.EPOCHS);
    if (epochs == config.get(Settings.EPOCHS)) {
      return training(config, program, program.attach(saved), found);
    }
    ComputationGraph continued = program.continued(saved);
    saved.close();
    return training(config, program, continued, found);
  }

  @Override
  public Map<String, ISchedule> schedules(Config config, int stepsPerEpoch) {
    FlslConfig course = Setup.of(config).objective(stepsPerEpoch);
    Map<String, ISchedule> schedules = new LinkedHashMap<>();
    schedules.put("learning rate", course.learningRateSchedule());
    schedules.put("weight decay", course.weightDecaySchedule());
    schedules.put("momentum", course.momentumSchedule());
    schedules.put("teacher temperature", course.teacherTemperatureSchedule());
    schedules.put("student temperature", course.studentTemperature().over(course.iterations()));
    course
        .objective()
        .forEach((term, weight) -> schedules.put(term.weight(), weight.over(course.iterations())));
    schedules.put("tau-sa", course.tauSelf().over(course.iterations()));
    schedules.put("tau-ca", course.tauCross().over(course.iterations()));
    return schedules;
  }

  /** Steps of an epoch, without making the training. */
  public static int stepsPerEpoch(Config config, Path images) {
    return stepsPerEpoch(config, scanned(config, images));
  }

  private static ImageFolder scanned(Config config, Path images) {
    try {
      ProductPrecision.require(config.get(Settings.PRECISION));
      return ImageFolder.scan(images);
    } catch (IllegalArgumentException | UnsupportedOperationException e) {
      throw new UserError(e.getMessage(), e);
    }
  }

  /** The batches of a run, for those who take its steps. */
  public static MultiViewIterator.Builder batches(Config config, ImageFolder images) {
    return MultiViewIterator.builder()
        .images(images)
        .views(Setup.of(config).views())
        .batchSize(config.get(Settings.BATCH))
        .seed(config.get(Settings.SEED))
        .threads(config.get(Settings.LOADERS, Runtime.getRuntime().availableProcessors()))
        // A step in parts leaves the time to prepare its successor, and memory is dear.
        .prefetch(config.get(Settings.ACCUMULATE) == 1 ? 2 : 1)
        .reuseArrays(true);
  }

  private static int stepsPerEpoch(Config config, ImageFolder images) {
    try (MultiViewIterator batches = batches(config, images).build()) {
      int steps = config.get(Settings.STEPS_PER_EPOCH, batches.batchesPerEpoch());
      if ((long) steps * config.get(Settings.EPOCHS) > Integer.MAX_VALUE) {
        throw new UserError(
            "%d epochs of %d steps are more than can be counted: lower --epochs"
                .formatted(config.get(Settings.EPOCHS), steps));
      }
      return steps;
    } catch (IllegalArgumentException e) {
      throw new UserError(e.getMessage(), e);
    }
  }
}
