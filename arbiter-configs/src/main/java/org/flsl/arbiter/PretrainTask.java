package org.flsl.arbiter;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Properties;
import java.util.concurrent.Callable;
import org.apache.commons.lang3.exception.ExceptionUtils;
import org.deeplearning4j.arbiter.optimize.api.Candidate;
import org.deeplearning4j.arbiter.optimize.api.OptimizationResult;
import org.deeplearning4j.arbiter.optimize.api.score.ScoreFunction;
import org.deeplearning4j.arbiter.optimize.runner.CandidateInfo;
import org.deeplearning4j.arbiter.optimize.runner.CandidateStatus;
import org.deeplearning4j.arbiter.optimize.runner.IOptimizationRunner;
import org.deeplearning4j.arbiter.optimize.runner.listener.StatusListener;
import org.deeplearning4j.nn.api.Model;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.optimize.api.BaseTrainingListener;
import org.flsl.arbiter.Outcome.Status;
import org.flsl.examples.command.Problems;
import org.flsl.examples.command.UserError;
import org.flsl.examples.loop.OpenRun;
import org.flsl.examples.pretrain.Pretraining;
import org.flsl.examples.run.RunFiles;
import org.flsl.examples.settings.Config;

/**
 * Trains and scores one candidate.
 *
 * <p>It never throws: what goes wrong becomes a Failed result, since Arbiter would leave the
 * candidate as Created, or take a score that is not a number for the best.
 */
final class PretrainTask implements Callable<OptimizationResult> {
  private static final double NANOS = 1e9;

  /** Arbiter's web page takes the whole network with every report. */
  private static final double SECONDS_BETWEEN_REPORTS = 2;

  private final PretrainTaskCreator trials;
  private final Candidate<?> candidate;
  private final CandidateSettings settings;
  private final ScoreFunction score;
  private final List<StatusListener> listeners;
  private final IOptimizationRunner runner;
  private final int index;
  private final CandidateInfo info;

  PretrainTask(
      PretrainTaskCreator trials,
      Candidate<?> candidate,
      ScoreFunction score,
      List<StatusListener> listeners,
      IOptimizationRunner runner) {
    this.trials = trials;
    this.candidate = candidate;
    this.settings = (CandidateSettings) candidate.getValue();
    this.score = score;
    this.listeners = listeners;
    this.runner = runner;
    this.index = candidate.getIndex();
    long now = System.currentTimeMillis();
    this.info =
        new CandidateInfo(
            index,
            CandidateStatus.Running,
            null,
            now,
            now,
            null,
            candidate.getFlatParameters(),
            null);
  }

  @Override
  public OptimizationResult call() {
    Outcome outcome = trials.outcomes().of(index).orElseGet(() -> Outcome.begun(index, settings));
    if (outcome.status() == Status.FAILED) {
      // Earlier, that is: no candidate comes twice in one process.
      outcome = outcome.again();
    }
    if (!outcome.isFinished()) {
      listeners.forEach(listener -> listener.onCandidateStatusChange(info, runner, null));
      Stopwatch watch = new Stopwatch();
      try {
        outcome = trained(outcome, watch);
      } catch (Throwable e) {
        info.setExceptionStackTrace(ExceptionUtils.getStackTrace(e));
        // What was found out on the way is on disk.
        outcome = trials.outcomes().of(index).orElse(outcome);
        outcome = outcome.after(watch.lap()).ended(Status.FAILED, null, reason(e));
        writeDown(outcome);
      }
    }
    return told(outcome);
  }

  private static String reason(Throwable e) {
    if (e instanceof OutOfMemoryError) {
      return "memory ran out: " + Problems.firstLine(e);
    }
    return e instanceof UserError ? Problems.firstLine(e) : e.toString().lines().findFirst().get();
  }

  private void writeDown(Outcome outcome) {
    try {
      trials.outcomes().put(outcome);
    } catch (IOException e) {
      trials.terminal().warn("cannot write the results: " + Problems.explain(e));
    }
  }

  private Outcome trained(Outcome begun, Stopwatch watch) throws IOException {
    writeDown(begun);
    Path folder = trials.folder(index);
    // A time budget is measured once: a candidate that is gone on with has its number of steps.
    Config config =
        new RunFiles(Pretraining.KIND, folder)
            .settings()
            .orElseGet(
                () ->
                    trials
                        .budget()
                        .limit(settings.fit(trials.base(), trials.named()), trials.images()));
    Outcome outcome = begun;
    try (OpenRun training =
        OpenRun.open(
            new Pretraining(new Reporter()),
            config,
            trials.images(),
            folder,
            trials.terminal().warningsOnly())) {
      for (int percent : trials.rule().percents()) {
        if (outcome.onTheWay().containsKey(percent)) {
          continue;
        }
        if (!training.trainTo(training.steps() * percent / 100, trials.stop())) {
          return interrupted(outcome.after(watch.lap()));
        }
        double soFar = scored(training);
        outcome = outcome.scored(percent, soFar).after(watch.lap());
        if (trials.rule().isHopeless(soFar, scoresOfOthersAt(percent))) {
          String why = "below the median after %d%% of the steps".formatted(percent);
          training.giveUp(why);
          return ended(training, outcome.ended(Status.STOPPED, soFar, why));
        }
        writeDown(outcome);
      }
      if (!training.trainTo(training.steps(), trials.stop())) {
        return interrupted(outcome.after(watch.lap()));
      }
      training.finish();
      double end = scored(training);
      return ended(training, outcome.after(watch.lap()).ended(Status.DONE, end, ""));
    }
  }

  /** Written down first: without its checkpoints it could not be gone on with. */
  private Outcome ended(OpenRun training, Outcome outcome) throws IOException {
    writeDown(outcome);
    training.discardCheckpoints();
    return outcome;
  }

  private Outcome interrupted(Outcome outcome) {
    writeDown(outcome);
    return outcome;
  }

  private List<Double> scoresOfOthersAt(int percent) {
    List<Double> scores = new ArrayList<>();
    for (Outcome other : trials.outcomes().all()) {
      if (other.index() != index && other.onTheWay().containsKey(percent)) {
        scores.add(other.onTheWay().get(percent));
      }
    }
    return scores;
  }

  /** The score of the backbone as it is now, exported and read back like any user's. */
  private double scored(OpenRun training) throws IOException {
    ComputationGraph backbone = training.result();
    try {
      double value = score.score(backbone, PhotoFolder.class, new Properties());
      if (!Double.isFinite(value)) {
        throw new UserError("the score is not a number (%s)".formatted(value));
      }
      return value;
    } finally {
      backbone.close();
    }
  }

  private OptimizationResult told(Outcome outcome) {
    boolean done = outcome.status() == Status.DONE;
    Double counts = done ? outcome.score() : null;
    info.setCandidateStatus(
        switch (outcome.status()) {
          case DONE -> CandidateStatus.Complete;
          case FAILED -> CandidateStatus.Failed;
          case STOPPED, RUNNING -> CandidateStatus.Cancelled;
        });
    if (info.getExceptionStackTrace() == null && !outcome.reason().isEmpty()) {
      info.setExceptionStackTrace(outcome.reason());
    }
    info.setScore(counts);
    info.setEndTime(System.currentTimeMillis());
    OptimizationResult result =
        new OptimizationResult(candidate, counts, index, outcome, info, null);
    listeners.forEach(listener -> listener.onCandidateStatusChange(info, runner, result));
    return result;
  }

  /** Passes the training's steps on to Arbiter's listeners. */
  private final class Reporter extends BaseTrainingListener {
    private double next;

    @Override
    public void iterationDone(Model model, int iteration, int epoch) {
      double now = System.nanoTime() / NANOS;
      if (next == 0 || now >= next) {
        next = now + SECONDS_BETWEEN_REPORTS;
        listeners.forEach(listener -> listener.onCandidateIteration(info, model, iteration));
      }
    }
  }

  /** Seconds since the last lap. */
  private static final class Stopwatch {
    private long start = System.nanoTime();

    double lap() {
      long now = System.nanoTime();
      double seconds = (now - start) / NANOS;
      start = now;
      return seconds;
    }
  }
}
