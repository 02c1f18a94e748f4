package org.flsl.examples.pretrain;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.optimize.api.TrainingListener;
import org.deeplearning4j.util.ModelSerializer;
import org.flsl.examples.command.AtomicFile;
import org.flsl.examples.command.Terminal;
import org.flsl.examples.command.UserError;
import org.flsl.examples.loop.EpochMeasures;
import org.flsl.examples.loop.Plan;
import org.flsl.examples.loop.Training;
import org.flsl.examples.loop.TrainingLoop;
import org.flsl.examples.run.Checkpoints;
import org.flsl.examples.run.Checkpoints.Damaged;
import org.flsl.examples.run.Checkpoints.Newest;
import org.flsl.examples.run.History.Event;
import org.flsl.examples.run.RunFolder;

/**
 * A run of {@code flsl pretrain}, for programs that carry out many: the same trainer, checkpoints
 * and files, in steps of the caller's choice.
 *
 * <p>A folder that holds an unfinished run is gone on with, exactly as if it had never stopped.
 */
public final class OpenRun implements AutoCloseable {
  private final RunFolder run;
  private final Checkpoints checkpoints;
  private final Training training;
  private final Plan plan;
  private final PretrainConfig config;
  private final Terminal terminal;
  private final EpochMeasures measures;

  private OpenRun(
      RunFolder run,
      Checkpoints checkpoints,
      Training training,
      Plan plan,
      PretrainConfig config,
      Terminal terminal,
      EpochMeasures measures) {
    this.run = run;
    this.checkpoints = checkpoints;
    this.training = training;
    this.plan = plan;
    this.config = config;
    this.terminal = terminal;
    this.measures = measures;
  }

  /**
   * Checks a configuration without any work.
   *
   * @throws UserError where its values do not fit one another
   */
  public static void check(PretrainConfig config) {
    Setup.of(config);
  }

  /** Threads that a configuration trains with: its own, or OMP_NUM_THREADS, or one per core. */
  public static PretrainConfig withThreads(PretrainConfig config, String ompNumThreads) {
    if (config.get(Settings.THREADS) != null) {
      return config;
    }
    int threads =
        ompNumThreads == null
            ? Runtime.getRuntime().availableProcessors()
            : Settings.THREADS.read(ompNumThreads, "the environment variable OMP_NUM_THREADS");
    return config.with(Settings.THREADS, threads);
  }

  /** A configuration that takes about so many steps: whole epochs, or a part of the first. */
  public static PretrainConfig lasting(PretrainConfig config, Path images, int steps) {
    return Calibration.lasting(config, FlslTraining.Factory.stepsPerEpoch(config, images), steps);
  }

  /** A configuration with epochs in place of minutes, after timing a few steps. */
  public static PretrainConfig timed(PretrainConfig config, Path images) {
    try (Training trial = new FlslTraining.Factory().begin(config, images)) {
      return Calibration.epochsFor(config, trial);
    }
  }

  /** The configuration of the run that was begun in a folder, if one was. */
  public static Optional<PretrainConfig> begun(Path folder) {
    return RunFolder.isBegun(folder) ? Optional.of(RunFolder.config(folder)) : Optional.empty();
  }

  /**
   * Begins a run in a folder, or goes on with the one that is there.
   *
   * @param config has to be the one that the run began with
   * @param terminal is told what pretrain would tell
   * @param listeners are told of every step, beside those that the training needs
   */
  public static OpenRun open(
      PretrainConfig config,
      Path images,
      Path folder,
      Terminal terminal,
      TrainingListener... listeners)
      throws IOException {
    RunFolder run =
        RunFolder.isBegun(folder) ? RunFolder.open(folder) : RunFolder.create(emptied(folder));
    try {
      return open(config, images, run, new FlslTraining.Factory(listeners), terminal);
    } catch (IOException | RuntimeException | Error e) {
      run.close();
      throw e;
    }
  }

  /**
   * Begins a run in a folder, or goes on with the one that is there: as it was begun, or with more
   * epochs or other threads, which the folder remembers.
   *
   * <p>Everything is checked first: a refusal changes nothing in the folder.
   *
   * @throws UserError where it cannot be gone on with like this
   */
  static OpenRun open(
      PretrainConfig config,
      Path images,
      RunFolder run,
      Training.Factory trainings,
      Terminal terminal)
      throws IOException {
    Checkpoints checkpoints = run.checkpoints(config.get(Settings.KEEP));
    Newest newest = checkpoints.newest();
    if (newest.whole().isEmpty()) {
      run.requireNothingToLose(newest.damaged());
    }
    Training training =
        newest.whole().isPresent()
            ? trainings.resume(config, images, newest.whole().get().file())
            : trainings.begin(config, images);
    try {
      Plan plan =
          new Plan(
              training.stepsPerEpoch(), config.get(Settings.EPOCHS), config.get(Settings.BATCH));
      EpochMeasures measures = EpochMeasures.of(config, images, terminal);
      OpenRun opened = new OpenRun(run, checkpoints, training, plan, config, terminal, measures);
      opened.settle(images, newest);
      return opened;
    } catch (IOException | RuntimeException | Error e) {
      training.close();
      throw e;
    }
  }

  /** Checks the training against the folder, then writes down that it goes on. */
  private void settle(Path images, Newest newest) throws IOException {
    run.requireSameImages(training, images);
    Optional<PretrainConfig> before = begun(run.path());
    List<String> changes =
        before.isEmpty() ? List.of() : Continuation.of(before.get(), config, plan, training.step());
    checkpoints.cleanUp();
    if (before.isPresent() && newest.whole().isEmpty()) {
      terminal.plain("the run never came to a checkpoint, and begins again");
    }
    for (Damaged damaged : newest.damaged()) {
      terminal.warn(
          "%s is damaged (%s) and is set aside; going on from the one before, %s"
              .formatted(damaged.file(), damaged.problem(), newest.whole().get().file()));
      checkpoints.setAside(damaged);
    }
    for (String change : changes) {
      terminal.plain("after step %d: %s".formatted(training.step(), change));
      run.history().add(training.step(), Event.CHANGED, change);
    }
    if (training.step() < plan.steps() && Files.exists(run.backbone())) {
      terminal.plain("the backbone of before is kept as " + run.setBackboneAside(training.step()));
    }
    run.write(config);
    run.writeImages(training);
    run.history().add(training.step(), before.isEmpty() ? Event.BEGUN : Event.RESUMED, "");
  }

  /** A process that was killed very early may have left the bare folder. */
  private static Path emptied(Path folder) throws IOException {
    if (Files.isDirectory(folder)) {
      AtomicFile.cleanUp(folder);
    }
    return folder;
  }

  /** Steps taken so far. */
  public long step() {
    return training.step();
  }

  /** Steps in all. */
  public long steps() {
    return plan.steps();
  }

  /**
   * Trains, writes down every step and saves the state at the end.
   *
   * @param step to end behind
   * @param stop asked before each step
   * @return whether the step was reached; not so after a wish to stop
   */
  public boolean trainTo(long step, BooleanSupplier stop) throws IOException {
    new TrainingLoop(training, plan, run, checkpoints, config, terminal, measures)
        .run(() -> training.step() >= step || stop.getAsBoolean());
    return training.step() >= step;
  }

  Training training() {
    return training;
  }

  Plan plan() {
    return plan;
  }

  /** The teacher's backbone as it is now, exported and read back like any user's. */
  public ComputationGraph backbone() throws IOException {
    ByteArrayOutputStream model = new ByteArrayOutputStream();
    training.exportBackbone(model);
    return ModelSerializer.restoreComputationGraph(
        new ByteArrayInputStream(model.toByteArray()), false);
  }

  /** Writes the backbone of a training that came to its end, a DL4J model zip. */
  public void finish() throws IOException {
    AtomicFile.write(run.backbone(), training::exportBackbone);
    run.history().add(training.step(), Event.FINISHED, "");
  }

  /** Marks the run as one that nobody wants to see at its end, for those who look at it. */
  public void giveUp(String why) throws IOException {
    run.history().add(training.step(), Event.GIVEN_UP, why);
  }

  /** Deletes the states that only going on would need. */
  public void discardCheckpoints() throws IOException {
    checkpoints.discard();
  }

  @Override
  public void close() throws IOException {
    training.close();
    run.close();
  }
}
