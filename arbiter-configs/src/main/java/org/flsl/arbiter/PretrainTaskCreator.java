package org.flsl.arbiter;

import java.nio.file.Path;
import java.util.List;
import java.util.Properties;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.function.BooleanSupplier;
import org.deeplearning4j.arbiter.optimize.api.Candidate;
import org.deeplearning4j.arbiter.optimize.api.OptimizationResult;
import org.deeplearning4j.arbiter.optimize.api.TaskCreator;
import org.deeplearning4j.arbiter.optimize.api.data.DataProvider;
import org.deeplearning4j.arbiter.optimize.api.data.DataSource;
import org.deeplearning4j.arbiter.optimize.api.score.ScoreFunction;
import org.deeplearning4j.arbiter.optimize.runner.IOptimizationRunner;
import org.deeplearning4j.arbiter.optimize.runner.listener.StatusListener;
import org.flsl.examples.command.Terminal;
import org.flsl.examples.settings.Config;
import org.flsl.examples.settings.Setting;

/**
 * Makes the tasks that train candidates of a {@link PretrainSpace}, with the trainer of {@code flsl
 * pretrain}.
 *
 * <p>Hand it to Arbiter's {@code LocalOptimizationRunner}. Every candidate gets a run folder of its
 * own, and everything that is found out is on disk before Arbiter hears of it: Arbiter may lose
 * results when its time is up.
 *
 * @param base what candidates do not change
 * @param named settings that the user says himself for all of them, beside what a recipe says
 * @param images the folder to train on
 * @param budget of each candidate
 * @param rule gives candidates up on the way
 * @param folder gets a run folder for each candidate
 * @param outcomes what is known already and need not be trained again
 * @param where they are trained
 * @param stop whether the user wants to stop; what is being trained can be gone on with later
 * @param terminal gets warnings
 */
public record PretrainTaskCreator(
    Config base,
    Set<Setting<?>> named,
    Path images,
    Budget budget,
    MedianRule rule,
    Path folder,
    Outcomes outcomes,
    Trials where,
    BooleanSupplier stop,
    Terminal terminal)
    implements TaskCreator {

  @Override
  @Deprecated
  @SuppressWarnings("rawtypes") // as Arbiter declares it
  public Callable<OptimizationResult> create(
      Candidate candidate,
      DataProvider data,
      ScoreFunction score,
      List<StatusListener> listeners,
      IOptimizationRunner runner) {
    return create(candidate, null, null, score, listeners, runner);
  }

  @Override
  @SuppressWarnings("rawtypes") // as Arbiter declares it
  public Callable<OptimizationResult> create(
      Candidate candidate,
      Class<? extends DataSource> data,
      Properties properties,
      ScoreFunction score,
      List<StatusListener> listeners,
      IOptimizationRunner runner) {
    return new PretrainTask(this, candidate, score, listeners, runner);
  }

  /** The run folder of a candidate. */
  Path folder(int index) {
    return folder.resolve(folderName(index));
  }

  /** The name of a candidate's run folder. */
  public static String folderName(int index) {
    return "%03d".formatted(index);
  }
}
