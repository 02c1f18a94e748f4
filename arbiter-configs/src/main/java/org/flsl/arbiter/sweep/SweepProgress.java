package org.flsl.arbiter.sweep;

import java.time.Duration;
import java.util.Set;
import org.deeplearning4j.arbiter.optimize.api.OptimizationResult;
import org.deeplearning4j.arbiter.optimize.runner.CandidateInfo;
import org.deeplearning4j.arbiter.optimize.runner.IOptimizationRunner;
import org.deeplearning4j.arbiter.optimize.runner.listener.StatusListener;
import org.deeplearning4j.nn.api.Model;
import org.flsl.arbiter.Outcome;
import org.flsl.arbiter.Outcome.Status;
import org.flsl.examples.command.Terminal;
import org.flsl.examples.loop.Pace;

/** A line for each candidate when it ends; where somebody watches, how the present one comes on. */
final class SweepProgress implements StatusListener {
  private final Terminal terminal;
  private final int candidates;
  private final Set<Integer> knownBefore;
  private double best = Double.NEGATIVE_INFINITY;

  SweepProgress(Terminal terminal, int candidates, Set<Integer> knownBefore) {
    this.terminal = terminal;
    this.candidates = candidates;
    this.knownBefore = knownBefore;
  }

  @Override
  public synchronized void onCandidateStatusChange(
      CandidateInfo info, IOptimizationRunner runner, OptimizationResult result) {
    if (result == null) {
      return;
    }
    Outcome outcome = (Outcome) result.getModelSpecificResults();
    boolean isBest = outcome.status() == Status.DONE && outcome.score() > best;
    if (isBest) {
      best = outcome.score();
    }
    terminal.bottom("");
    if (outcome.isFinished() && !knownBefore.contains(outcome.index())) {
      terminal.plain(line(outcome, isBest));
    }
  }

  private String line(Outcome outcome, boolean isBest) {
    String result =
        switch (outcome.status()) {
          case DONE -> "score %.4f%s".formatted(outcome.score(), isBest ? "  best so far" : "");
          case STOPPED -> "stopped, score %.4f %s".formatted(outcome.score(), outcome.reason());
          default -> "failed: " + outcome.reason();
        };
    return "candidate %d (%d of %d)  %s  %s  %s"
        .formatted(
            outcome.index(),
            outcome.index() + 1,
            candidates,
            outcome.settings(),
            Pace.words(Duration.ofMillis(Math.round(1000 * outcome.seconds()))),
            result);
  }

  @Override
  public void onCandidateIteration(CandidateInfo info, Object network, int iteration) {
    terminal.bottom(
        "candidate %d (%d of %d)  step %d  loss %.4f"
            .formatted(
                info.getIndex(),
                info.getIndex() + 1,
                candidates,
                iteration + 1,
                ((Model) network).score()));
  }

  @Override
  public void onInitialization(IOptimizationRunner runner) {}

  @Override
  public void onRunnerStatusChange(IOptimizationRunner runner) {}

  @Override
  public void onShutdown(IOptimizationRunner runner) {
    terminal.bottom("");
  }
}
