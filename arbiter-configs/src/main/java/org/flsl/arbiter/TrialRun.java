package org.flsl.arbiter;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Properties;
import org.deeplearning4j.arbiter.optimize.api.score.ScoreFunction;
import org.deeplearning4j.nn.api.Model;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.optimize.api.BaseTrainingListener;
import org.flsl.arbiter.Outcome.Status;
import org.flsl.examples.command.UserError;
import org.flsl.examples.loop.OpenRun;
import org.flsl.examples.pretrain.BackboneFile;
import org.flsl.examples.pretrain.Pretraining;
import org.flsl.examples.pretrain.Setup;
import org.flsl.examples.run.RunFiles;
import org.flsl.examples.settings.Config;

/** Trains and scores a candidate in this process. It never throws: that is a failed outcome. */
public final class TrialRun {
  private static final double NANOS = 1e9;

  private final Trial trial;
  private final Path folder;
  private final ScoreFunction score;
  private final TrialWatch watch;
  private final Pretraining trainings;
  private final Properties normalisation = new Properties();
  private Outcome outcome;
  private long lapBegun = System.nanoTime();

  /**
   * A run to call once.
   *
   * @param folder of the run; one that is there is gone on with
   */
  public TrialRun(Trial trial, Path folder, ScoreFunction score, TrialWatch watch) {
    this.trial = trial;
    this.folder = folder;
    this.score = score;
    this.watch = watch;
    this.trainings =
        new Pretraining(
            new BaseTrainingListener() {
              @Override
              public void iterationDone(Model model, int iteration, int epoch) {
                watch.step(model, iteration);
              }
            });
    this.outcome = trial.begun();
  }

  /** Trains and scores it. */
  public Outcome call() {
    try {
      train();
    } catch (Throwable e) {
      watch.failed(e);
      outcome = outcome.failed(e);
    }
    tell();
    return outcome;
  }

  private void train() throws IOException {
    // A time budget is measured once: a candidate that is gone on with has its number of steps.
    Config config =
        new RunFiles(Pretraining.KIND, folder)
            .settings()
            .orElseGet(() -> trial.budget().limit(trial.config(), trial.images()));
    normalisation.putAll(BackboneFile.normalisation(Setup.of(config).views()));
    try (OpenRun training =
        OpenRun.open(trainings, config, trial.images(), folder, watch.terminal().warningsOnly())) {
      for (int percent : trial.rule().percents()) {
        if (outcome.onTheWay().containsKey(percent)) {
          continue;
        }
        if (!training.trainTo(training.steps() * percent / 100, watch::wantsToStop)) {
          return;
        }
        double soFar = scored(training);
        outcome = outcome.scored(percent, soFar);
        if (trial.rule().isHopeless(soFar, watch.scoresOfOthersAt(percent))) {
          String why = "below the median after %d%% of the steps".formatted(percent);
          training.giveUp(why);
          end(training, Status.STOPPED, soFar, why);
          return;
        }
        tell();
      }
      if (!training.trainTo(training.steps(), watch::wantsToStop)) {
        return;
      }
      training.finish();
      end(training, Status.DONE, scored(training), "");
    }
  }

  /** Told first: without its checkpoints it could not be gone on with. */
  private void end(OpenRun training, Status how, double value, String why) throws IOException {
    outcome = outcome.ended(how, value, why);
    if (tell()) {
      training.discardCheckpoints();
    }
  }

  private boolean tell() {
    long now = System.nanoTime();
    outcome = outcome.after((now - lapBegun) / NANOS);
    lapBegun = now;
    return watch.tell(outcome);
  }

  /** The score of the backbone as it is now, exported and read back like any user's. */
  private double scored(OpenRun training) throws IOException {
    ComputationGraph backbone = training.result();
    try {
      double value = score.score(backbone, PhotoFolder.class, normalisation);
      if (!Double.isFinite(value)) {
        throw new UserError("the score is not a number (%s)".formatted(value));
      }
      return value;
    } finally {
      backbone.close();
    }
  }
}
