package org.flsl.scale.spark;

import java.io.IOException;
import java.io.Serializable;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.apache.hadoop.fs.FileUtil;
import org.apache.spark.TaskContext;
import org.deeplearning4j.arbiter.optimize.api.score.ScoreFunction;
import org.deeplearning4j.nn.api.Model;
import org.flsl.arbiter.Budget;
import org.flsl.arbiter.MedianRule;
import org.flsl.arbiter.Outcome;
import org.flsl.arbiter.Trial;
import org.flsl.arbiter.TrialRun;
import org.flsl.arbiter.TrialWatch;
import org.flsl.examples.command.Terminal;
import org.flsl.examples.pretrain.Settings;
import org.flsl.examples.settings.ConfigFile;
import org.flsl.views.FileNames;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A trial as an executor gets it.
 *
 * @param config of its training, as a file has it
 * @param images to train on, which the executor sees under the same name
 * @param others scores of candidates that had ended when this one was handed out, by percent
 */
record RemoteTrial(
    String config,
    String images,
    Budget budget,
    MedianRule rule,
    Outcome begun,
    ScoreFunction score,
    Map<Integer, List<Double>> others)
    implements Serializable {
  private static final Logger LOG = LoggerFactory.getLogger(RemoteTrial.class);

  static RemoteTrial of(Trial trial, ScoreFunction score, TrialWatch watch) {
    Map<Integer, List<Double>> others = new HashMap<>();
    trial.rule().percents().forEach(at -> others.put(at, watch.scoresOfOthersAt(at)));
    return new RemoteTrial(
        ConfigFile.write(trial.config()),
        FileNames.text(trial.images()),
        trial.budget(),
        trial.rule(),
        // What this machine has of an earlier training stays here.
        Outcome.begun(trial.begun().index(), trial.begun().settings()),
        score,
        others);
  }

  /** Trains and scores it in a folder of this executor, which goes away again. */
  TrialResult train() throws IOException {
    // As in the command: files are read by others, whatever language this machine speaks.
    Locale.setDefault(Locale.Category.FORMAT, Locale.ROOT);
    // Where the executor works, which Spark clears away with the application, however it ends.
    Path folder = Files.createTempDirectory(Path.of("").toAbsolutePath(), "flsl-candidate-");
    try {
      Trial trial =
          new Trial(
              ConfigFile.parse(config, "the configuration", Settings.SCHEMA.defaults()),
              FileNames.path(images),
              budget,
              rule,
              begun);
      return TrialResult.of(
          new TrialRun(trial, folder, score, new Watch(TaskContext.get())).call(), folder);
    } finally {
      FileUtil.fullyDelete(folder.toFile());
    }
  }

  /** Nobody looks on at an executor; Spark may want it to end. */
  private final class Watch implements TrialWatch {
    private final TaskContext task;

    Watch(TaskContext task) {
      this.task = task;
    }

    @Override
    public boolean wantsToStop() {
      return task.isInterrupted();
    }

    @Override
    public List<Double> scoresOfOthersAt(int percent) {
      return others.get(percent);
    }

    @Override
    public boolean tell(Outcome outcome) {
      return true;
    }

    @Override
    public void step(Model training, int iteration) {}

    @Override
    public void failed(Throwable why) {
      LOG.warn("Candidate {} failed", begun.index(), why);
    }

    @Override
    public Terminal terminal() {
      return Terminal.system();
    }
  }
}
