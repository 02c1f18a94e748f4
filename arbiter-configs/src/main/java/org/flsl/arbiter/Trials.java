package org.flsl.arbiter;

import java.io.IOException;
import java.nio.file.Path;
import org.deeplearning4j.arbiter.optimize.api.score.ScoreFunction;
import org.flsl.examples.settings.Config;

/** Where the candidates of a sweep are trained: several at a time, each in a run folder. */
public interface Trials extends AutoCloseable {

  /**
   * Trains elsewhere; modules of their own bring it, for the libraries that they need.
   *
   * <p>Found with {@link java.util.ServiceLoader}.
   */
  interface Elsewhere {
    /**
     * Begins to use machines.
     *
     * @param base what all candidates have in common
     */
    Trials on(String cluster, Config base);
  }

  /** In this process; a run folder that is there is gone on with. */
  static Trials here() {
    return (trial, folder, score, watch) -> new TrialRun(trial, folder, score, watch).call();
  }

  /**
   * Trains and scores a candidate.
   *
   * @param folder of its run, at the end at the latest
   * @return what became of it; not finished where the watch wanted to stop
   */
  Outcome train(Trial trial, Path folder, ScoreFunction score, TrialWatch watch)
      throws IOException, InterruptedException;

  /** Lets the machines go. */
  @Override
  default void close() {}
}
