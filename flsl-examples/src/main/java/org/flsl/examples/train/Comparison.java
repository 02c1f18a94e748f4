package org.flsl.examples.train;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import org.flsl.evaluation.Measured;
import org.flsl.examples.command.ShellCommand;
import org.flsl.examples.command.Terminal;
import org.flsl.examples.command.UserError;
import org.flsl.examples.eval.ResultsFile;
import org.flsl.examples.eval.ResultsTable;
import org.flsl.examples.loop.OpenRun;
import org.flsl.examples.run.History;
import org.flsl.examples.run.History.Event;
import org.flsl.examples.run.MeasuresCsv;
import org.flsl.examples.run.RunFiles;
import org.flsl.examples.run.RunFolder;
import org.flsl.examples.run.RunSettings;
import org.flsl.examples.settings.Config;

/**
 * What pretraining is worth: the same task learned from the pretrained backbone, from its random
 * twin and from scratch, with shares of the labels and several seeds.
 *
 * <p>Every training is a run of its own in a folder of the comparison's, of as many steps as those
 * with all labels; what is finished is not done again. A training counts by the test of its result,
 * once, on images that nothing was chosen by.
 */
final class Comparison {
  /** What a training begins with. */
  private enum Start {
    PRETRAINED("pretrained") {
      @Override
      Config of(Config config) {
        return config;
      }
    },
    TWIN("random twin") {
      @Override
      Config of(Config config) {
        return config.with(TrainSettings.RANDOM_TWIN, true);
      }
    },
    SCRATCH("from scratch") {
      @Override
      Config of(Config config) {
        return config
            .with(TrainSettings.FROM_SCRATCH, true)
            .with(TrainSettings.FREEZE, false)
            .with(TrainSettings.FREEZE_BLOCKS, 0)
            .with(TrainSettings.LAYER_DECAY, 1.0);
      }
    };

    private final String label;

    Start(String label) {
      this.label = label;
    }

    abstract Config of(Config config);
  }

  private final TaskTrainings trainings;
  private final Config config;
  private final Path images;
  private final RunFolder folder;
  private final Terminal terminal;

  Comparison(
      TaskTrainings trainings, Config config, Path images, RunFolder folder, Terminal terminal) {
    if (config.get(TrainSettings.INIT) == null) {
      throw new UserError("--compare needs the pretrained backbone: name it with --init");
    }
    if (config.get(TrainSettings.FROM_SCRATCH) || config.get(TrainSettings.RANDOM_TWIN)) {
      throw new UserError(
          "--compare trains from scratch and a random twin by itself: leave out --from-scratch and"
              + " --random-twin");
    }
    this.trainings = trainings;
    this.config = config;
    this.images = images;
    this.folder = folder;
    this.terminal = terminal;
  }

  /** A training of the comparison. */
  private record Candidate(Start start, double share, long seed) {

    String name() {
      return "%s, %s, seed %d".formatted(start.label, words(share), seed);
    }

    Path in(Path folder) {
      return folder.resolve(
          "%s-%s-seed-%d".formatted(start.label.replace(' ', '-'), number(share), seed));
    }
  }

  private static String words(double share) {
    return number(share) + " % of the labels";
  }

  private static String number(double share) {
    return TrainSettings.LABELS.write(share);
  }

  /**
   * Trains whatever is not trained yet.
   *
   * @return whether it came to its end; not so after a wish to stop
   */
  boolean run(BooleanSupplier stop) throws IOException {
    requireUnchanged();
    List<Candidate> all = candidates();
    int steps =
        config.get(
            RunSettings.STEPS_PER_EPOCH,
            trainings.batchesPerEpoch(config.with(TrainSettings.LABELS, 100.0)));
    if (!folder.files().isBegun()) {
      folder.write(config);
      folder.write(trainings.data(config).images());
      folder.history().add(0, Event.BEGUN, all.size() + " trainings");
    }
    for (int i = 0; i < all.size(); i++) {
      Candidate candidate = all.get(i);
      if (isFinished(candidate)) {
        continue;
      }
      terminal.plain("%d/%d  %s".formatted(i + 1, all.size(), candidate.name()));
      if (!train(candidate, steps, stop)) {
        return false;
      }
      String result =
          value(candidate).map(row -> "%s %.4f".formatted(row.name(), row.value())).orElse("none");
      folder.history().add(i + 1L, Event.FINISHED, candidate.name() + ": " + result);
      terminal.plain("     " + result);
    }
    return true;
  }

  /** What is finished would not be done again, and the rest be another comparison. */
  private void requireUnchanged() throws IOException {
    Optional<Config> begun = folder.files().settings();
    if (begun.isEmpty()) {
      return;
    }
    int epochs = begun.get().get(RunSettings.EPOCHS);
    if (epochs != config.get(RunSettings.EPOCHS)) {
      throw new UserError(
          "all trainings of a comparison are as long as the first, %d epochs: leave out --epochs, or begin a new one with --config %s"
              .formatted(epochs, ShellCommand.argument(folder.files().config())));
    }
    folder.requireSame(trainings.data(config).images(), images);
  }

  private List<Candidate> candidates() {
    List<Candidate> all = new ArrayList<>();
    for (double share : config.get(TrainSettings.SHARES)) {
      for (Start start : Start.values()) {
        for (int i = 0; i < config.get(TrainSettings.SEEDS); i++) {
          all.add(new Candidate(start, share, config.get(TrainSettings.SEED) + i));
        }
      }
    }
    return all;
  }

  private RunFiles files(Candidate candidate) {
    return new RunFiles(trainings.kind(), candidate.in(folder.files().folder()));
  }

  private boolean isFinished(Candidate candidate) throws IOException {
    RunFiles files = files(candidate);
    return Files.exists(files.result()) && !History.of(files.folder()).of(Event.FINISHED).isEmpty();
  }

  private boolean train(Candidate candidate, int steps, BooleanSupplier stop) throws IOException {
    Config own =
        candidate
            .start()
            .of(config)
            .with(TrainSettings.COMPARE, false)
            .with(TrainSettings.LABELS, candidate.share())
            .with(TrainSettings.SEED, candidate.seed())
            .with(RunSettings.STEPS_PER_EPOCH, steps);
    Path path = files(candidate).folder();
    try (OpenRun run = OpenRun.open(trainings, own, images, path, terminal.warningsOnly())) {
      if (!run.trainTo(run.steps(), stop)) {
        return false;
      }
      run.finish();
      run.discardCheckpoints();
      return true;
    }
  }

  /** The decisive value of the test of a training's result. */
  private Optional<MeasuresCsv.Row> value(Candidate candidate) throws IOException {
    return MeasuresCsv.tested(MeasuresCsv.read(files(candidate).measures()));
  }

  /** The table, and all values in {@code comparison.json}. */
  List<String> results() throws IOException {
    List<Measured> results = new ArrayList<>();
    for (double share : config.get(TrainSettings.SHARES)) {
      for (Start start : Start.values()) {
        List<Double> values = new ArrayList<>();
        String name = "";
        for (Candidate candidate : candidates()) {
          if (candidate.share() == share && candidate.start() == start) {
            Optional<MeasuresCsv.Row> row = value(candidate);
            row.ifPresent(found -> values.add(found.value()));
            name = row.map(MeasuresCsv.Row::name).orElse(name);
          }
        }
        results.add(new Measured("%s, %s".formatted(name, words(share)), start.label, values));
      }
    }
    Path json = folder.files().folder().resolve("comparison.json");
    ResultsFile.write(json, results);
    List<String> lines = new ArrayList<>(ResultsTable.of(results));
    lines.add(json + "  every value");
    return lines;
  }
}
