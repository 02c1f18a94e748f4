package org.flsl.arbiter;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
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
import org.flsl.arbiter.Outcome.Status;
import org.flsl.examples.command.Problems;
import org.flsl.examples.command.Terminal;
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
      outcome = tried(outcome);
    }
    return told(outcome);
  }

  private Outcome tried(Outcome begun) {
    Watch watch = new Watch();
    watch.tell(begun);
    Outcome outcome;
    try {
      Config config = settings.fit(trials.base(), trials.named()).absolute();
      Trial trial = new Trial(config, trials.images(), trials.budget(), trials.rule(), begun);
      outcome = trials.where().train(trial, trials.folder(index), score, watch);
    } catch (Throwable e) {
      watch.failed(e);
      outcome = begun.failed(e);
    }
    watch.tell(outcome);
    return outcome;
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

  /** Writes down what is found out, and passes the training's steps on to Arbiter's listeners. */
  private final class Watch implements TrialWatch {
    private double next;

    @Override
    public boolean wantsToStop() {
      return trials.stop().getAsBoolean();
    }

    @Override
    public List<Double> scoresOfOthersAt(int percent) {
      List<Double> scores = new ArrayList<>();
      for (Outcome other : trials.outcomes().all()) {
        if (other.index() != index && other.onTheWay().containsKey(percent)) {
          scores.add(other.onTheWay().get(percent));
        }
      }
      return scores;
    }

    @Override
    public boolean tell(Outcome outcome) {
      try {
        trials.outcomes().put(outcome);
        return true;
      } catch (IOException e) {
        trials.terminal().warn("cannot write the results: " + Problems.explain(e));
        return false;
      }
    }

    @Override
    public void step(Model training, int iteration) {
      double now = System.nanoTime() / NANOS;
      if (next == 0 || now >= next) {
        next = now + SECONDS_BETWEEN_REPORTS;
        listeners.forEach(listener -> listener.onCandidateIteration(info, training, iteration));
      }
    }

    @Override
    public void failed(Throwable why) {
      info.setExceptionStackTrace(ExceptionUtils.getStackTrace(why));
    }

    @Override
    public Terminal terminal() {
      return trials.terminal();
    }
  }
}
