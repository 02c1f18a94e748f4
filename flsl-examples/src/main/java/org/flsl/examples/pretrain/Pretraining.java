package org.flsl.examples.pretrain;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import org.deeplearning4j.optimize.api.TrainingListener;
import org.flsl.examples.Terminal;
import org.flsl.examples.UserError;

/**
 * A run of {@code flsl pretrain}, for programs that carry out many: the same trainer, checkpoints
 * and files, in steps of the caller's choice.
 *
 * <p>A folder that holds an unfinished run is gone on with, exactly as if it had never stopped.
 */
public final class Pretraining implements AutoCloseable {
  private final RunFolder run;
  private final Checkpoints checkpoints;
  private final Training training;
  private final Plan plan;
  private final PretrainConfig config;
  private final Terminal terminal;

  private Pretraining(
      RunFolder run,
      Checkpoints checkpoints,
      Training training,
      PretrainConfig config,
      Terminal terminal) {
    this.run = run;
    this.checkpoints = checkpoints;
    this.training = training;
    this.plan =
        new Plan(training.stepsPerEpoch(), config.get(Settings.EPOCHS), config.get(Settings.BATCH));
    this.config = config;
    this.terminal = terminal;
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
  public static Pretraining open(
      PretrainConfig config,
      Path images,
      Path folder,
      Terminal terminal,
      TrainingListener... listeners)
      throws IOException {
    RunFolder run =
        RunFolder.isBegun(folder) ? RunFolder.open(folder) : RunFolder.create(emptied(folder));
    try {
      Checkpoints checkpoints = run.checkpoints(config.get(Settings.KEEP));
      Optional<Path> file = checkpoints.goOnFrom(terminal);
      Training.Factory trainings = new FlslTraining.Factory(listeners);
      Training training =
          file.isPresent()
              ? trainings.resume(config, images, file.get())
              : trainings.begin(config, images);
      run.write(config);
      run.sameImages(training.images(), training.imagesFingerprint());
      return new Pretraining(run, checkpoints, training, config, terminal);
    } catch (IOException | RuntimeException | Error e) {
      run.close();
      throw e;
    }
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
    new Pretrainer(training, plan, run, checkpoints, config, terminal)
        .run(() -> training.step() >= step || stop.getAsBoolean());
    return training.step() >= step;
  }

  /** Writes the teacher's backbone as it is now, a DL4J model zip, and returns the file. */
  public Path exportBackbone() throws IOException {
    AtomicFile.write(run.backbone(), training::exportBackbone);
    return run.backbone();
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
