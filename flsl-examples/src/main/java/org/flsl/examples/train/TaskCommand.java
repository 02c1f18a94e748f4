package org.flsl.examples.train;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.concurrent.Callable;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.flsl.examples.command.CommonOptions;
import org.flsl.examples.command.DeviceCheck;
import org.flsl.examples.command.NativeEnvironment;
import org.flsl.examples.command.Problems;
import org.flsl.examples.command.ShellCommand;
import org.flsl.examples.command.StopSignal;
import org.flsl.examples.command.Surroundings;
import org.flsl.examples.command.Terminal;
import org.flsl.examples.command.UserError;
import org.flsl.examples.loop.Calibration;
import org.flsl.examples.loop.OpenRun;
import org.flsl.examples.loop.Pace;
import org.flsl.examples.loop.Plan;
import org.flsl.examples.loop.Training;
import org.flsl.examples.pretrain.Recipes;
import org.flsl.examples.report.Page;
import org.flsl.examples.run.MetricsCsv;
import org.flsl.examples.run.NetworkFile;
import org.flsl.examples.run.RunFiles;
import org.flsl.examples.run.RunFolder;
import org.flsl.examples.run.RunSettings;
import org.flsl.examples.settings.Config;
import org.flsl.examples.settings.Setting;
import org.flsl.examples.settings.SettingFlags;
import org.flsl.training.checkpoint.AtomicFile;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code flsl train TASK}: one training, from its labels to its report. */
@Command
final class TaskCommand implements Callable<Integer> {
  private final Task task;
  private final Surroundings surroundings;
  private final SettingFlags flags;
  private final TaskTrainings trainings;

  @Spec private CommandSpec spec;

  @Option(
      names = "--config",
      paramLabel = "FILE|NAME",
      description =
          "YAML file with the settings' names as keys, or a shipped recipe, which has the name of"
              + " the task; flags win over it.")
  private String recipe;

  @Option(
      names = "--resume",
      paramLabel = "RUN",
      description = "Go on with the run in this folder, exactly as if it had never stopped.")
  private Path resumed;

  @Mixin private CommonOptions common;

  private TaskCommand(Task task, Surroundings surroundings) {
    this.task = task;
    this.surroundings = surroundings;
    this.flags =
        new SettingFlags(
            task.kind().settings(), Map.of(TrainSettings.INIT, List.of("run", "backbone")));
    this.trainings = new TaskTrainings(task, surroundings.terminal());
  }

  static CommandLine commandLine(Task task, Surroundings surroundings) {
    TaskCommand command = new TaskCommand(task, surroundings);
    CommandLine line = new CommandLine(command);
    line.getCommandSpec().name(task.name());
    line.getCommandSpec()
        .usageMessage()
        .description(
            task.summary(),
            "Validates on images held out after each epoch, keeps the best state, and tests it once,"
                + " in the end. A configuration file is YAML and"
                + " has the settings' names as keys; flags win over it.",
            "");
    command.flags.addTo(line.getCommandSpec());
    return line;
  }

  private Terminal terminal() {
    return surroundings.terminal();
  }

  @Override
  public Integer call() throws IOException {
    common.startLogs(terminal());
    Config told = configuration();
    OptionalInt elsewhere =
        surroundings
            .relaunch()
            .with(
                NativeEnvironment.environment(
                    surroundings.environment(), told.text(RunSettings.THREADS)));
    if (elsewhere.isPresent()) {
      return elsewhere.getAsInt();
    }
    String device = DeviceCheck.ofThisMachine().check(told.get(RunSettings.DEVICE));
    Config config = resumed == null ? TaskTrainings.settled(told) : told;
    Path images = task.images(config);
    if (trainings.data(config).validationImages() == 0
        && config.get(RunSettings.PATIENCE) != null) {
      throw new UserError(
          "--patience asks how validation goes, and no image is held out for it: leave it out, or"
              + " raise --validation");
    }
    if (config.get(RunSettings.MINUTES) != null) {
      terminal().plain("timing a few steps ...");
      config = Calibration.timed(trainings, config, images);
    }
    try (RunFolder run =
        resumed == null
            ? RunFolder.create(task.kind(), config.get(RunSettings.OUT))
            : RunFolder.open(task.kind(), resumed)) {
      return config.get(TrainSettings.COMPARE)
          ? compare(config, images, run)
          : train(config, images, run, device);
    }
  }

  private int compare(Config config, Path images, RunFolder run) throws IOException {
    Comparison comparison = new Comparison(trainings, config, images, run, terminal());
    try (StopSignal stop = new StopSignal(terminal(), "this step")) {
      if (!comparison.run(stop::requested)) {
        terminal().plain("stopped, all saved; go on with: " + run.files().resume());
        return stop.exitCode();
      }
    }
    comparison.results().forEach(terminal()::plain);
    return 0;
  }

  private Config configuration() {
    Map<Setting<?>, String> given = flags.given(spec.commandLine().getParseResult());
    Config config;
    if (resumed != null) {
      if (recipe != null) {
        throw new UserError(
            "--resume goes on with the run's own configuration: leave out --config");
      }
      RunFiles run = RunFolder.begun(task.kind(), resumed);
      given.keySet().stream()
          .filter(RunSettings::isKept)
          .findFirst()
          .ifPresent(
              setting -> {
                throw new UserError(
                    "--resume goes on with the run as it was begun, so --%s cannot be changed (--epochs and --threads can); begin a new run with --config %s"
                        .formatted(setting, ShellCommand.argument(run.config())));
              });
      config = run.resumed();
      RunSettings.requireData(config, given.keySet(), resumed);
    } else {
      config = task.kind().settings().defaults();
      if (recipe != null) {
        config = Recipes.read(recipe, List.of(task.name()), config);
      }
    }
    config = RunSettings.withFlags(config, given);
    return RunSettings.withThreads(
        config.absolute(), surroundings.environment().get("OMP_NUM_THREADS"));
  }

  private int train(Config config, Path images, RunFolder run, String device) throws IOException {
    RunFiles files = run.files();
    Plan plan;
    try (OpenRun opened = OpenRun.open(trainings, config, images, run, terminal())) {
      Training training = opened.training();
      plan = opened.plan();
      overview(training, plan, config, device, files).forEach(terminal()::plain);
      terminal().plain("");
      training.nativeBuild().ifPresent(build -> build.warnIfSlow(terminal()));
      try (StopSignal stop = new StopSignal(terminal(), "this step")) {
        if (!opened.trainTo(plan.steps(), stop::requested)) {
          terminal()
              .plain(
                  "stopped after step %d of %d, all saved; go on with: %s"
                      .formatted(training.step(), plan.steps(), files.resume()));
          return stop.exitCode();
        }
      }
      if (training.step() < plan.steps()) {
        terminal()
            .plain(
                "ended after epoch %d of %d: none was better than those before for --patience %s"
                    .formatted(
                        training.step() / plan.stepsPerEpoch(),
                        plan.epochs(),
                        config.text(RunSettings.PATIENCE)));
      }
      files.write(files.result(), opened::finish);
    }
    TaskMeasures measures = TaskMeasures.of(files);
    List<String> summary = summary(plan, files, measures);
    files.write(
        files.summary(),
        () ->
            AtomicFile.write(files.summary(), String.join(System.lineSeparator(), summary) + "\n"));
    summary.forEach(terminal()::plain);
    report(config, plan, files, measures);
    return 0;
  }

  private List<String> overview(
      Training training, Plan plan, Config config, String device, RunFiles files) {
    return List.of(
        line("run folder", files.folder()),
        line("images", trainings.data(config).summary()),
        line("network", network(config)),
        line("parameters", "%,d that learn".formatted(training.parameters())),
        line(
            "training",
            "epochs: %,d, steps: %,d (%,d an epoch), images a step: %,d of %s"
                .formatted(
                    plan.epochs(),
                    plan.steps(),
                    plan.stepsPerEpoch(),
                    plan.batch(),
                    config.get(TrainSettings.SIZE))),
        line("device", "%s, threads: %s".formatted(device, config.text(RunSettings.THREADS))),
        line(
            "begins",
            training.step() == 0
                ? "at the beginning"
                : "after step %,d".formatted(training.step())));
  }

  private static String line(String what, Object fact) {
    return "%-12s%s".formatted(what, fact);
  }

  private static String network(Config config) {
    String weights =
        config.get(TrainSettings.FROM_SCRATCH)
            ? "from scratch"
            : config.get(TrainSettings.RANDOM_TWIN) ? "random twin of " : "begins with ";
    Path init = config.get(TrainSettings.INIT);
    String learns = config.get(TrainSettings.FREEZE) ? ", frozen" : "";
    return init == null ? weights : weights + (weights.endsWith(" ") ? init : "") + learns;
  }

  private static List<String> summary(Plan plan, RunFiles files, TaskMeasures measures)
      throws IOException {
    List<MetricsCsv.Row> rows = MetricsCsv.read(files.metrics(), files.kind().columns());
    double seconds = rows.get(rows.size() - 1).seconds();
    return List.of(
        "",
        "best        " + measures.best().orElse("not known: the last epoch counts"),
        "test        " + measures.tested().orElse("failed"),
        "of classes  " + measures.ofClasses(),
        "took        %s, %.1f images/s"
            .formatted(
                Pace.words(Duration.ofSeconds(Math.round(seconds))),
                rows.size() * plan.batch() / seconds),
        "",
        "%s  the model that was tested, for ./flsl predict and DL4J:".formatted(files.result()),
        "  ComputationGraph model = ModelSerializer.restoreComputationGraph(\"%s\");"
            .formatted(files.result()));
  }

  /** A failure is no reason to call the training failed. */
  private void report(Config config, Plan plan, RunFiles files, TaskMeasures measures) {
    try {
      Map<String, double[]> metrics = MetricsCsv.columns(files.metrics(), files.kind().columns());
      Page page =
          new Page(
                  String.valueOf(files.folder().getFileName()),
                  "FLSL " + files.kind().name(),
                  ShellCommand.of(task.kind().command() + " --config", files.config()))
              .fact("Network", network(config))
              .fact("Images", trainings.data(config).summary())
              .fact(
                  "Training",
                  "steps: %,d (%,d an epoch), images a step: %,d"
                      .formatted(metrics.get("step").length, plan.stepsPerEpoch(), plan.batch()));
      measures.best().ifPresent(best -> page.fact("Best", best));
      measures.tested().ifPresent(tested -> page.fact("Test", tested));
      page.fact("Of classes", measures.ofClasses());
      ComputationGraph model = NetworkFile.read(files.result());
      try {
        page.examples(
            trainings
                .data(config)
                .examples(model, config.get(TrainSettings.SIZE), TaskTrainings.views(config)));
      } finally {
        model.close();
      }
      AtomicFile.write(
          files.report(),
          page.machine()
              .measures(measures.course())
              .course(metrics.get("total"), metrics.get("learning_rate"))
              .results(files)
              .settings(config)
              .html());
      terminal().plain(files.report() + "  curves and pictures, for a browser");
    } catch (IOException | RuntimeException | OutOfMemoryError e) {
      terminal().warn("cannot write %s: %s".formatted(files.report(), Problems.firstLine(e)));
    }
  }
}
