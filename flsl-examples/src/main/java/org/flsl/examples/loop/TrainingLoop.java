package org.flsl.examples.loop;

import java.io.IOException;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import org.flsl.evaluation.data.DatasetException;
import org.flsl.examples.command.Problems;
import org.flsl.examples.command.Terminal;
import org.flsl.examples.command.UserError;
import org.flsl.examples.run.History;
import org.flsl.examples.run.History.Event;
import org.flsl.examples.run.MetricsCsv;
import org.flsl.examples.run.RunFiles;
import org.flsl.examples.run.RunFolder;
import org.flsl.examples.run.RunSettings;
import org.flsl.examples.run.StepFigures;
import org.flsl.examples.run.Terms;
import org.flsl.examples.settings.Config;
import org.flsl.training.checkpoint.Checkpoints;
import org.flsl.training.checkpoint.Checkpoints.Checkpoint;

/**
 * The training loop: takes steps, writes down what they tell, and saves the state so that whatever
 * ends the process costs little.
 */
final class TrainingLoop {
  private static final double NANOS = 1e9;

  private final Training training;
  private final Plan plan;
  private final RunFolder run;
  private final RunFiles files;
  private final History history;
  private final Checkpoints checkpoints;
  private final Config config;
  private final Terminal terminal;
  private final EpochMeasures measures;
  private final EpochMean epochMean = new EpochMean();

  private double best = Double.POSITIVE_INFINITY;
  private double seconds;
  private long savedStep = -1;
  private long savedAt = System.nanoTime();
  private boolean metricsLate;

  TrainingLoop(
      Training training,
      Plan plan,
      RunFolder run,
      Checkpoints checkpoints,
      Config config,
      Terminal terminal,
      EpochMeasures measures) {
    this.training = training;
    this.plan = plan;
    this.run = run;
    this.files = run.files();
    this.history = run.history();
    this.checkpoints = checkpoints;
    this.config = config;
    this.terminal = terminal;
    this.measures = measures;
  }

  /**
   * Trains from where the training stands to its end.
   *
   * @param stop asked before each step
   * @return whether the end was reached, the last step or that of {@link RunSettings#PATIENCE}; not
   *     so after a wish to stop
   */
  boolean run(BooleanSupplier stop) throws IOException {
    savedStep = training.step();
    try (MetricsCsv metrics =
            MetricsCsv.open(files.metrics(), files.kind().columns(), training.step());
        Progress progress = new Progress(terminal, plan, training.step())) {
      measures.open(files, training.step());
      metrics.earlier().forEach(this::recall);
      if (training.step() == 0) {
        measures.take(training, plan);
      }
      while (training.step() < plan.steps() && !isStuck()) {
        if (stop.getAsBoolean()) {
          saveForGood();
          return false;
        }
        step(metrics, progress);
      }
      saveForGood();
      return true;
    }
  }

  private boolean isStuck() {
    Integer patience = config.has(RunSettings.PATIENCE) ? config.get(RunSettings.PATIENCE) : null;
    return patience != null && measures.isStuckFor(patience);
  }

  private void step(MetricsCsv metrics, Progress progress) {
    long start = System.nanoTime();
    StepFigures told = next();
    double took = (System.nanoTime() - start) / NANOS;
    long step = training.step();
    if (!told.isFinite()) {
      throw diverged();
    }
    seconds += took;
    writeDown(metrics, step, told);
    progress.step(step, told.terms(), took);
    epochMean.add(told.terms());
    if (plan.endsEpoch(step)) {
      Terms mean = epochMean.take();
      progress.epoch(step, mean);
      measures.take(training, plan);
      if (savesAfterEpoch(step) || measures.validates() && cost(step, mean) < best) {
        save().ifPresent(saved -> keepIfBest(saved, mean));
        publish();
      }
    } else if ((System.nanoTime() - savedAt) / NANOS > config.get(RunSettings.SAVE_MINUTES) * 60) {
      save();
      publish();
    }
  }

  private StepFigures next() {
    try {
      return training.next();
    } catch (DatasetException e) {
      throw new UserError(
          "%s; %s. Bring it back, then go on with: %s"
              .formatted(e.getMessage(), kept(), files.resume()),
          e);
    }
  }

  private boolean savesAfterEpoch(long step) {
    return plan.epoch(step) % config.get(RunSettings.SAVE_EPOCHS) == 0 || step == plan.steps();
  }

  /** The best state that is known after an epoch is kept, whether it is time to save or not. */
  private boolean keepsAfterEpoch(long step) {
    return measures.validates() || savesAfterEpoch(step);
  }

  /** Brings back from the file what this loop would know had it run from the start. */
  private void recall(MetricsCsv.Row row) {
    seconds = row.seconds();
    epochMean.add(row.terms());
    if (plan.endsEpoch(row.step())) {
      Terms mean = epochMean.take();
      if (row.step() == savedStep && keepsAfterEpoch(savedStep)) {
        // The process may have ended between saving and keeping.
        keepIfBest(checkpoints.at(savedStep), mean);
      } else if (keepsAfterEpoch(row.step()) && cost(row.step(), mean) < best) {
        best = cost(row.step(), mean);
      }
    }
  }

  private void writeDown(MetricsCsv metrics, long step, StepFigures told) {
    try {
      metrics.append(step, plan.epoch(step - 1) + 1, told, seconds);
      metricsLate = false;
    } catch (IOException e) {
      if (!metricsLate) {
        terminal.warn(
            "cannot write "
                + files.shown(files.metrics())
                + ": "
                + Problems.explain(e)
                + "; its rows wait for free space");
      }
      metricsLate = true;
    }
  }

  /** Saves; a failure is no reason to lose the training that goes on in memory. */
  private Optional<Checkpoint> save() {
    try {
      return Optional.of(saveOrThrow());
    } catch (IOException e) {
      savedAt = System.nanoTime();
      terminal.warn(saveFailed(e) + "; training goes on and tries again at the next checkpoint");
      return Optional.empty();
    }
  }

  /** As with {@link #save}: what is not copied now is copied later. */
  private void publish() {
    try {
      run.publish();
    } catch (IOException e) {
      terminal.warn(
          "cannot copy the run to %s: %s; training goes on and tries again at the next checkpoint"
              .formatted(files.kept(), Problems.explain(e)));
    }
  }

  /** Saves before the process ends. */
  private void saveForGood() {
    if (savedStep == training.step()) {
      return;
    }
    try {
      saveOrThrow();
    } catch (IOException e) {
      throw new UserError(
          saveFailed(e)
              + "; free some space, then go on from the last checkpoint: "
              + files.resume(),
          e);
    }
  }

  private Checkpoint saveOrThrow() throws IOException {
    if (!training.finite()) {
      throw diverged();
    }
    Checkpoint saved = checkpoints.save(training.step(), training::write);
    if (history.of(Event.SAVED).isEmpty()) {
      history.add(training.step(), Event.SAVED, "");
    }
    savedStep = training.step();
    savedAt = System.nanoTime();
    return saved;
  }

  private void keepIfBest(Checkpoint saved, Terms mean) {
    double cost = cost(saved.step(), mean);
    // Not so either where it could not be validated.
    if (!(cost < best)) {
      return;
    }
    try {
      checkpoints.keepAsBest(saved);
      best = cost;
    } catch (IOException e) {
      terminal.warn("cannot write " + checkpoints.best() + ": " + Problems.explain(e));
    }
  }

  /** By what the best state is the best: validation where there is one, or else the loss. */
  private double cost(long step, Terms mean) {
    return measures.validates() ? -measures.validated(step) : mean.total();
  }

  private String saveFailed(IOException e) {
    return "cannot save a checkpoint in " + files.kept() + ": " + Problems.explain(e);
  }

  private UserError diverged() {
    return new UserError(
        "the loss or a weight is no longer a number after step %d; %s. Try %s in a new run"
            .formatted(training.step(), kept(), training.remedy()));
  }

  private String kept() {
    return savedStep <= 0
        ? "there was no checkpoint yet"
        : "the state after step " + savedStep + " is kept in " + files.kept();
  }
}
