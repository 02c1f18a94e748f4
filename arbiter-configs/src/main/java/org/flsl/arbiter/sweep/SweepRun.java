package org.flsl.arbiter.sweep;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Properties;
import java.util.ServiceLoader;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.deeplearning4j.arbiter.optimize.api.termination.MaxTimeCondition;
import org.deeplearning4j.arbiter.optimize.api.termination.TerminationCondition;
import org.deeplearning4j.arbiter.optimize.config.OptimizationConfiguration;
import org.deeplearning4j.arbiter.optimize.runner.LocalOptimizationRunner;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.flsl.arbiter.AllTried;
import org.flsl.arbiter.BackboneScore;
import org.flsl.arbiter.CandidateSettings;
import org.flsl.arbiter.Outcome;
import org.flsl.arbiter.Outcome.Status;
import org.flsl.arbiter.Outcomes;
import org.flsl.arbiter.PhotoFolder;
import org.flsl.arbiter.PretrainTaskCreator;
import org.flsl.arbiter.RunFolders;
import org.flsl.arbiter.Trials;
import org.flsl.evaluation.MeasuredImages;
import org.flsl.evaluation.RandomTwin;
import org.flsl.evaluation.data.ReadableImages;
import org.flsl.examples.command.ShellCommand;
import org.flsl.examples.command.StopSignal;
import org.flsl.examples.command.Terminal;
import org.flsl.examples.command.UserError;
import org.flsl.examples.pictures.PictureFile;
import org.flsl.examples.pretrain.Pretraining;
import org.flsl.examples.pretrain.RunResult;
import org.flsl.examples.pretrain.Settings;
import org.flsl.examples.pretrain.Setup;
import org.flsl.examples.pretrain.Steps;
import org.flsl.examples.run.RunFiles;
import org.flsl.examples.settings.Config;
import org.flsl.examples.settings.ConfigFile;
import org.flsl.training.FlslGraph;
import org.flsl.training.checkpoint.AtomicFile;
import org.flsl.views.ImageFolder;
import org.flsl.views.decode.ImageDecoder;

/** Carries a sweep out: everything that can be known before is checked before any training. */
final class SweepRun {
  private final Sweep sweep;
  private final Path images;
  private final String fingerprint;
  private final BackboneScore score;

  /** What candidates are compared by, in words for {@link SweepFolder#sameTerms}. */
  private final String terms;

  private final List<CandidateSettings> candidates;
  private final String cluster;
  private final Trials.Elsewhere trials;
  private final Terminal terminal;

  /**
   * Checks a sweep.
   *
   * @param images to train on
   * @param cluster whose machines train; null for this one
   * @throws UserError where it cannot come to anything
   */
  SweepRun(Sweep sweep, Path images, String cluster, Terminal terminal) {
    this.sweep = sweep;
    this.images = images;
    this.cluster = cluster;
    this.terminal = terminal;
    this.candidates = sweep.candidates().preview();
    requireThatOthersEndBefore();
    this.trials = cluster == null ? (on, base) -> Trials.here() : elsewhere();
    ReadableImages readable = new ReadableImages(new ImageDecoder());
    try {
      this.fingerprint = ImageFolder.scan(images).fingerprint();
      Path scored = sweep.scoreImages() == null ? images : sweep.scoreImages();
      this.score =
          BackboneScore.of(
              sweep.score(),
              new MeasuredImages(scored, sweep.ignored(), readable),
              sweep.reading());
      this.terms = terms(ImageFolder.scan(scored).fingerprint());
    } catch (IllegalArgumentException e) {
      throw new UserError(e.getMessage(), e);
    }
    warnOfImagesThatAreLeftOut(readable.problems());
    warnOfCandidatesThatCannotBeBuilt();
  }

  private String terms(String scored) {
    Config base = sweep.base();
    String fixed =
        base.schema().settings().stream()
            .filter(setting -> setting.changesResult() && !setting.equals(Settings.IMAGES))
            .map(setting -> "%s: %s%n".formatted(setting.name(), base.text(setting)))
            .collect(Collectors.joining());
    return """
    score: %s of %s
    ignore: %s
    images: %s
    %s"""
        .formatted(
            sweep.score().name(), sweep.reading(), new TreeSet<>(sweep.ignored()), scored, fixed);
  }

  /** A cluster that gets all candidates at once has begun them before anything is known. */
  private void requireThatOthersEndBefore() {
    boolean looksBack = sweep.minutes() != null || !sweep.rule().percents().isEmpty();
    if (cluster != null && sweep.parallel() == null && looksBack) {
      throw new UserError(
          "stop-early and time-limit go by candidates that ended before others begin: with --spark the sweep has to say 'parallel', as many candidates as the cluster trains at a time");
    }
  }

  private static Trials.Elsewhere elsewhere() {
    return ServiceLoader.load(Trials.Elsewhere.class)
        .findFirst()
        .orElseThrow(() -> Steps.Workers.missing("sweep", Settings.SPARK));
  }

  /** Where all are begun at once, the cluster itself lets them wait. */
  private int atATime() {
    if (sweep.parallel() != null) {
      return sweep.parallel();
    }
    return cluster == null ? 1 : candidates.size();
  }

  private void warnOfImagesThatAreLeftOut(List<String> leftOut) {
    if (!leftOut.isEmpty()) {
      terminal.warn(
          "images that cannot be read and are left out of the score: %d, the first: %s"
              .formatted(leftOut.size(), leftOut.get(0)));
    }
  }

  private void warnOfCandidatesThatCannotBeBuilt() {
    List<RuntimeException> errors = new ArrayList<>();
    for (CandidateSettings candidate : candidates) {
      try {
        Config fit = candidate.fit(sweep.base(), sweep.named());
        sweep.reading().blocksOf(FlslGraph.teacher(Setup.of(fit).restored(1).configuration()));
      } catch (UserError | IllegalArgumentException e) {
        errors.add(e);
      }
    }
    if (errors.size() == candidates.size()) {
      throw new UserError(
          "no candidate can be built: " + errors.get(0).getMessage(), errors.get(0));
    }
    if (!errors.isEmpty()) {
      terminal.warn(
          "%d of %d candidates cannot be built and will fail, the first of them since %s"
              .formatted(errors.size(), candidates.size(), errors.get(0).getMessage()));
    }
  }

  /**
   * Trains the candidates that are not finished yet, and reports.
   *
   * @param text of the sweep's file; null for a sweep that is gone on with
   * @param page Arbiter's web page, or null
   * @return the exit code
   */
  int in(SweepFolder folder, String text, SweepPage page) throws IOException {
    if (text != null) {
      AtomicFile.write(folder.sweep(), text);
    }
    folder.sameImages(fingerprint, images);
    folder.sameTerms(terms);
    Outcomes outcomes = Outcomes.open(folder.results());
    Set<Integer> known = known(outcomes);
    terminal.plain("sweep       " + folder.path());
    terminal.plain("candidates  " + sweep.candidates());
    if (cluster != null) {
      terminal.plain("trained on  " + cluster);
    }
    if (!known.isEmpty()) {
      terminal.plain("finished    %d of %d before".formatted(known.size(), candidates.size()));
    }
    long failed = outcomes.all().stream().filter(o -> o.status() == Status.FAILED).count();
    if (failed > 0) {
      terminal.plain("failed      %d before; tried again".formatted(failed));
    }
    terminal.plain("score       " + sweep.score() + ", more is better");
    terminal.plain("");
    try (Trials where = trials.on(cluster, sweep.base());
        StopSignal stop = new StopSignal(terminal, "this step")) {
      OptimizationConfiguration configuration = configuration(folder, stop);
      AtomicFile.write(folder.arbiter(), configuration.toJson());
      PretrainTaskCreator tasks =
          new PretrainTaskCreator(
              sweep.base(),
              sweep.named(),
              images,
              sweep.budget(),
              sweep.rule(),
              Files.createDirectories(folder.candidates()),
              outcomes,
              where,
              stop::requested,
              terminal);
      LocalOptimizationRunner runner = new LocalOptimizationRunner(atATime(), configuration, tasks);
      runner.addListeners(new SweepProgress(terminal, candidates.size(), known));
      if (page != null) {
        runner.addListeners(page.listener());
      }
      runner.execute();
      report(folder, outcomes);
      if (stop.requested()) {
        terminal.plain(
            "stopped, %s; go on with: %s"
                .formatted(
                    cluster == null ? "all saved" : "all saved that was finished", resume(folder)));
        return stop.exitCode();
      }
    }
    if (outcomes.all().stream().filter(Outcome::isFinished).count() < candidates.size()) {
      terminal.plain("the time is up; go on with: " + resume(folder));
    } else if (best(outcomes).isEmpty()) {
      throw new UserError("no candidate came to a score; the table says why");
    }
    return 0;
  }

  private String resume(SweepFolder folder) {
    String where = cluster == null ? "" : "--spark " + ShellCommand.quoted(cluster) + " ";
    return ShellCommand.of("sweep " + where + "--resume", folder.path());
  }

  private Set<Integer> known(Outcomes outcomes) {
    Set<Integer> known = new HashSet<>();
    for (Outcome outcome : outcomes.all()) {
      if (outcome.index() >= candidates.size()
          || !candidates.get(outcome.index()).equals(outcome.settings())) {
        throw new UserError(
            "candidate %d of results.csv is not this sweep's: it was changed since; begin anew"
                .formatted(outcome.index()));
      }
      if (outcome.isFinished() && outcome.status() != Status.FAILED) {
        known.add(outcome.index());
      }
    }
    return known;
  }

  private OptimizationConfiguration configuration(SweepFolder folder, StopSignal stop) {
    List<TerminationCondition> conditions = new ArrayList<>();
    conditions.add(new AllTried());
    conditions.add(new Stopped(stop::requested));
    if (sweep.minutes() != null) {
      long seconds = Math.round(sweep.minutes() * 60);
      conditions.add(new MaxTimeCondition(seconds, TimeUnit.SECONDS));
    }
    return new OptimizationConfiguration.Builder()
        .candidateGenerator(sweep.candidates())
        .dataSource(PhotoFolder.class, new Properties())
        .modelSaver(new RunFolders(folder.candidates().toString()))
        .scoreFunction(score)
        .terminationConditions(conditions)
        .build();
  }

  private void report(SweepFolder folder, Outcomes outcomes) throws IOException {
    List<Outcome> all = outcomes.all();
    if (all.isEmpty()) {
      return;
    }
    terminal.plain("");
    terminal.plain(new ResultsTable(all).toString());
    terminal.plain("%s  the same as a file".formatted(folder.results()));
    if (best(outcomes).isEmpty()) {
      return;
    }
    Outcome best = best(outcomes).get();
    double untrained = untrained(folder, best);
    if (!sweep.axes().isEmpty()) {
      SweepPicture picture =
          new SweepPicture(
              sweep.axes(),
              all.stream().filter(Outcome::isFinished).toList(),
              sweep.score().name(),
              sweep.base(),
              untrained);
      PictureFile.write(picture.draw(), "png", folder.picture());
      terminal.plain("%s  the scores against each setting".formatted(folder.picture()));
    }
    AtomicFile.write(folder.best(), best(folder, best));
    terminal.plain(
        folder.best() + "  the best: " + ShellCommand.of("pretrain --config", folder.best()));
    if (sweep.base().get(Settings.NETWORK_FILE) != null) {
      terminal.plain(
          "candidates hold the part that is pretrained (backbone.zip); that command writes the whole network, pretrained (network.zip)");
    }
    terminal.plain(
        "the best has %.4f, a network of its shape that learned nothing %.4f"
            .formatted(best.score(), untrained));
  }

  /** The score of a random twin of the best candidate's network: what training is worth. */
  private double untrained(SweepFolder folder, Outcome best) throws IOException {
    RunResult run = RunResult.at(folder.candidate(best.index()));
    ComputationGraph trained = run.backbone();
    ComputationGraph fresh = RandomTwin.of(trained, 1);
    try {
      return score.of(fresh, run.views());
    } finally {
      trained.close();
      fresh.close();
    }
  }

  private static Optional<Outcome> best(Outcomes outcomes) {
    return ResultsTable.sorted(outcomes.all()).stream()
        .findFirst()
        .filter(outcome -> outcome.status() == Status.DONE);
  }

  /** The settings as trained; photos that come with the program are found again without a name. */
  private String best(SweepFolder folder, Outcome best) {
    RunResult run = RunResult.at(folder.candidate(best.index()));
    // A budget of less than an epoch makes epochs shorter, which is not to be learned from.
    Integer stepsPerEpoch = best.settings().applyTo(sweep.base()).get(Settings.STEPS_PER_EPOCH);
    Config trained =
        new RunFiles(Pretraining.KIND, run.folder())
            .resumed()
            .with(Settings.IMAGES, sweep.base().get(Settings.IMAGES) == null ? null : images)
            .with(Settings.STEPS_PER_EPOCH, stepsPerEpoch);
    return """
    # The best of %s: candidate %d, %s %s
    # (%s).
    # It was trained for %d steps only: set epochs and learn more.

    """
            .formatted(
                folder.path(),
                best.index(),
                sweep.score(),
                best.score(),
                best.settings(),
                run.metrics().get("step").length)
        + ConfigFile.write(trained);
  }
}
