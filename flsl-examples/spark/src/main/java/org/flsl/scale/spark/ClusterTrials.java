package org.flsl.scale.spark;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.spark.api.java.JavaFutureAction;
import org.apache.spark.api.java.JavaSparkContext;
import org.deeplearning4j.arbiter.optimize.api.score.ScoreFunction;
import org.flsl.arbiter.Outcome;
import org.flsl.arbiter.Trial;
import org.flsl.arbiter.TrialWatch;
import org.flsl.arbiter.Trials;
import org.flsl.examples.command.Problems;
import org.flsl.examples.command.UserError;
import org.flsl.examples.settings.Config;

/**
 * The candidates of a sweep as tasks of a Spark cluster, one a task.
 *
 * <p>An executor trains in a folder of its own, and what is finished comes back with its run
 * folder. What is not finished begins anew: on another executor, or when the sweep is gone on with.
 */
final class ClusterTrials implements Trials {
  private static final long SECONDS_BETWEEN_LOOKS = 1;

  private final JavaSparkContext spark;

  private ClusterTrials(JavaSparkContext spark) {
    this.spark = spark;
  }

  /** Brings the cluster to {@code flsl sweep}. */
  public static final class Provider implements Elsewhere {
    /** For the service loader. */
    public Provider() {}

    @Override
    public Trials on(String cluster, Config base) {
      return new ClusterTrials(
          SparkCluster.open(
              cluster, base, "flsl sweep", "its candidate begins anew on another one"));
    }
  }

  @Override
  public Outcome train(Trial trial, Path folder, ScoreFunction score, TrialWatch watch)
      throws IOException, InterruptedException {
    JavaFutureAction<List<TrialResult>> task =
        spark
            .parallelize(List.of(RemoteTrial.of(trial, score, watch)), 1)
            .map(RemoteTrial::train)
            .collectAsync();
    while (!watch.wantsToStop()) {
      try {
        TrialResult result = task.get(SECONDS_BETWEEN_LOOKS, TimeUnit.SECONDS).get(0);
        result.putInto(folder);
        return result.outcome();
      } catch (TimeoutException stillRunning) {
        // Time to ask whether it is still wanted.
      } catch (ExecutionException e) {
        throw new UserError("Spark gave it up: " + Problems.firstLine(e.getCause()), e);
      }
    }
    task.cancel(true);
    return trial.begun();
  }

  @Override
  public void close() {
    spark.close();
  }
}
