package org.flsl.examples.loop;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.util.ModelSerializer;
import org.flsl.examples.command.Terminal;
import org.flsl.examples.command.UserError;
import org.flsl.examples.run.History.Event;
import org.flsl.examples.run.RunFiles;
import org.flsl.examples.run.RunFolder;
import org.flsl.examples.run.RunSettings;
import org.flsl.examples.settings.Config;
import org.flsl.training.checkpoint.AtomicFile;
import org.flsl.training.checkpoint.Checkpoints;
import org.flsl.training.checkpoint.Checkpoints.Damaged;
import org.flsl.training.checkpoint.Checkpoints.Newest;

/**
 * A run folder and its training, opened together: to train in one go or in steps of the caller's
 * choice.
 *
 * <p>A folder that holds an unfinished run is gone on with, exactly as if it had never stopped.
 */
public final class OpenRun implements AutoCloseable {
  private final RunFolder run;
  private final Checkpoints checkpoints;
  private final Training training;
  private final Plan plan;
  private final Config config;
  private final Terminal terminal;
  private final EpochMeasures measures;
  private final boolean closesRun;

  private OpenRun(
      RunFolder run,
      boolean closesRun,
      Checkpoints checkpoints,
      Training training,
      Config config,
      Terminal terminal,
      EpochMeasures measures) {
    this.run = run;
    this.closesRun = closesRun;
    this.checkpoints = checkpoints;
    this.training = training;
    this.plan =
        new Plan(
            training.stepsPerEpoch(),
            config.get(RunSettings.EPOCHS),
            config.get(RunSettings.BATCH));
    this.config = config;
    this.terminal = terminal;
    this.measures = measures;
  }

  /**
   * Begins a run in a folder, or goes on with the one that is there, for programs that carry out
   * many.
   *
   * @param config has to be the one that the run began with
   * @param terminal is told what the command would tell
   */
  public static OpenRun open(
      Training.Factory trainings, Config config, Path images, Path folder, Terminal terminal)
      throws IOException {
    RunFolder run =
        new RunFiles(trainings.kind(), folder).isBegun()
            ? RunFolder.open(trainings.kind(), folder)
            : RunFolder.create(trainings.kind(), folder);
    try {
      return open(trainings, config, images, run, true, terminal);
    } catch (IOException | RuntimeException | Error e) {
      run.close();
      throw e;
    }
  }

  /**
   * Begins a run in a folder, or goes on with the one that is there: as it was begun, or with more
   * epochs or other threads, which the folder remembers.
   *
   * <p>Everything is checked first: a refusal changes nothing in the folder, which stays open for
   * the caller.
   *
   * @throws UserError where it cannot be gone on with like this
   */
  public static OpenRun open(
      Training.Factory trainings, Config config, Path images, RunFolder run, Terminal terminal)
      throws IOException {
    return open(trainings, config, images, run, false, terminal);
  }

  private static OpenRun open(
      Training.Factory trainings,
      Config config,
      Path images,
      RunFolder run,
      boolean closesRun,
      Terminal terminal)
      throws IOException {
    Checkpoints checkpoints = run.files().checkpoints(config.get(RunSettings.KEEP));
    Newest newest = checkpoints.newest();
    if (newest.whole().isEmpty()) {
      run.requireNothingToLose(newest.damaged());
    }
    Training training =
        newest.whole().isPresent()
            ? trainings.resume(config, images, newest.whole().get().file())
            : trainings.begin(config, images);
    try {
      EpochMeasures measures = EpochMeasures.of(config, images, training, terminal);
      OpenRun opened =
          new OpenRun(run, closesRun, checkpoints, training, config, terminal, measures);
      opened.settle(trainings, images, newest);
      return opened;
    } catch (IOException | RuntimeException | Error e) {
      training.close();
      throw e;
    }
  }

  /** Checks the training against the folder, then writes down that it goes on. */
  private void settle(Training.Factory trainings, Path images, Newest newest) throws IOException {
    run.requireSame(training.images(), images);
    Optional<Config> before = run.files().settings();
    List<String> changes =
        before.isEmpty()
            ? List.of()
            : new Continuation(trainings, before.get(), config).changes(plan, training.step());
    checkpoints.cleanUp();
    if (before.isPresent() && newest.whole().isEmpty()) {
      terminal.plain("the run never came to a checkpoint, and begins again");
    }
    for (Damaged damaged : newest.damaged()) {
      terminal.warn(
          "%s is damaged (%s) and is set aside; going on from the one before, %s"
              .formatted(
                  run.files().shown(damaged.file()),
                  damaged.problem(),
                  run.files().shown(newest.whole().get().file())));
      checkpoints.setAside(damaged);
    }
    for (String change : changes) {
      terminal.plain("after step %d: %s".formatted(training.step(), change));
      run.history().add(training.step(), Event.CHANGED, change);
    }
    if (training.step() < plan.steps() && Files.exists(run.files().result())) {
      terminal.plain(
          "the %s of before is kept as %s"
              .formatted(
                  run.files().kind().result(),
                  run.files().shown(run.setResultAside(training.step()))));
    }
    run.write(config);
    run.write(training.images());
    run.history().add(training.step(), before.isEmpty() ? Event.BEGUN : Event.RESUMED, "");
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
   * @return whether the step was reached, or an early end of the training; not so after a wish to
   *     stop
   */
  public boolean trainTo(long step, BooleanSupplier stop) throws IOException {
    boolean ended =
        new TrainingLoop(training, plan, run, checkpoints, config, terminal, measures)
            .run(() -> training.step() >= step || stop.getAsBoolean());
    return ended || training.step() >= step;
  }

  /** What is trained. */
  public Training training() {
    return training;
  }

  /** How much there is to do. */
  public Plan plan() {
    return plan;
  }

  /** The result as it is now, exported and read back like any user's. */
  public ComputationGraph result() throws IOException {
    ByteArrayOutputStream model = new ByteArrayOutputStream();
    training.export(model);
    return ModelSerializer.restoreComputationGraph(
        new ByteArrayInputStream(model.toByteArray()), false);
  }

  /**
   * Writes the result of a training that came to its end, a DL4J model zip: that of the best state
   * where validation tells which it is, or else of the last; then it is tested.
   */
  public void finish() throws IOException {
    Path best = checkpoints.best();
    boolean known = measures.validates() && Files.exists(best);
    AtomicFile.write(
        run.files().result(), known ? out -> training.export(best, out) : training::export);
    measures.test(training, plan, run.files().result());
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
    if (closesRun) {
      run.close();
    }
  }
}
