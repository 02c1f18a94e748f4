package org.flsl.arbiter;

import org.deeplearning4j.arbiter.optimize.api.termination.TerminationCondition;
import org.deeplearning4j.arbiter.optimize.runner.IOptimizationRunner;

/** Ends a sweep when there are no more candidates and none is being trained. */
public final class AllTried implements TerminationCondition {

  @Override
  public void initialize(IOptimizationRunner runner) {}

  @Override
  public boolean terminate(IOptimizationRunner runner) {
    return !runner.getConfiguration().getCandidateGenerator().hasMoreCandidates()
        && runner.numCandidatesQueued() == 0;
  }

  @Override
  public String toString() {
    return "when all candidates were tried";
  }
}
