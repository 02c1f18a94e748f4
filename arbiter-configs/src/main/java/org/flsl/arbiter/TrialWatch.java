package org.flsl.arbiter;

import java.util.List;
import org.deeplearning4j.nn.api.Model;
import org.flsl.examples.command.Terminal;

/** Whoever wants to know of a trial while it runs, and is asked by it. */
public interface TrialWatch {

  /** Whether it is to end now, to be gone on with later. */
  boolean wantsToStop();

  /** What other candidates scored after this part of their steps. */
  List<Double> scoresOfOthersAt(int percent);

  /**
   * Gets what is found out, before the trial deletes what it could be found out from again.
   *
   * @return whether it is kept, so that the trial may
   */
  boolean tell(Outcome outcome);

  /** Sees a network after a step. */
  void step(Model training, int iteration);

  /** Gets what a trial ends with that failed. */
  void failed(Throwable why);

  /** Where warnings go. */
  Terminal terminal();
}
