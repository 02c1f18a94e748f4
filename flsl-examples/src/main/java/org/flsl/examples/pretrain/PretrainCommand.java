package org.flsl.examples.pretrain;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.ServiceLoader;
import java.util.concurrent.Callable;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.flsl.examples.command.CommonOptions;
import org.flsl.examples.command.DeviceCheck;
import org.flsl.examples.command.ErrorLine;
import org.flsl.examples.command.NativeEnvironment;
import org.flsl.examples.command.Problems;
import org.flsl.examples.command.Relaunch;
import org.flsl.examples.command.ShellCommand;
import org.flsl.examples.command.StopSignal;
import org.flsl.examples.command.Terminal;
import org.flsl.examples.command.UserError;
import org.flsl.examples.loop.Calibration;
import org.flsl.examples.loop.OpenRun;
import org.flsl.examples.loop.Plan;
import org.flsl.examples.loop.Training;
import org.flsl.examples.run.RunFiles;
import org.flsl.examples.run.RunFolder;
import org.flsl.examples.run.RunSettings;
import org.flsl.examples.settings.Config;
import org.flsl.examples.settings.Setting;
import org.flsl.examples.settings.SettingFlags;
import org.flsl.examples.watch.PageServer;
import org.flsl.training.checkpoint.AtomicFile;
import org.flsl.views.FileNames;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;
import picocli.CommandLine.TypeConversionException;

/** {@code flsl pretrain}: photographs go in, a pretrained ViT backbone comes out. */
@Command(
    name = "pretrain",
    customSynopsis = {
      "./flsl pretrain                     a small ViT on the shipped photos",
      "       ./flsl pretrain --images FOLDER ... the paper's recipe on your images",
      "       ./flsl pretrain --config FILE ...   a recipe of your own",
      "       ./flsl pretrain --resume RUN        go on with a run that was stopped",
      ""
    },
    description = {
      "Pretrains a Vision Transformer with FLSL and exports its backbone as a DL4J model.",
      "Defaults are the paper's. A configuration file is YAML and has the settings' names as keys;"
          + " flags win over it.",
      ""
    })
public final class PretrainCommand implements Callable<Integer> {
  private static final SettingFlags FLAGS = new SettingFlags(Settings.SCHEMA);

  /** Threads of all workers, for the process that OMP_NUM_THREADS tells those of one. */
  private static final String ALL_THREADS = "FLSL_ALL_THREADS";

  private final Terminal terminal;
  private final Relaunch relaunch;
  private final Map<String, String> environment;
  private final Training.Factory trainings;
  private final RunPages pages;

  @Spec private CommandSpec spec;

  @Option(
      names = "--config",
      paramLabel = "FILE",
      description = "YAML file, or a shipped recipe: ${COMPLETION-CANDIDATES}.",
      completionCandidates = RecipeNames.class)
  private String recipe;

  @Option(
      names = "--resume",
      paramLabel = "RUN",
      converter = PathConverter.class,
      description =
          "Go on with the run in this folder, exactly as if it had never stopped; with --epochs,"
              + " --threads or --accumulate, otherwise than it was begun.")
  private Path resumed;

  @Option(
      names = "--watch",
      paramLabel = "PORT",
      arity = "0..1",
      fallbackValue = "0",
      description =
          "Serve a page that shows the training while it runs, to browsers on this machine; without"
              + " PORT on the first free one from 8420.")
  private Integer watchPort;

  @Option(
      names = "--watch-host",
      paramLabel = "ADDRESS",
      description =
          "Let --watch listen on this address of the machine, such as 0.0.0.0 for all of them:"
              + " everybody who reaches it sees the page. Default: ${DEFAULT-VALUE}")
  private String watchHost = "localhost";

  @Option(
      names = "--ui",
      description = "Start DL4J's training UI as well; needs a build with -Dui.")
  private boolean ui;

  @Mixin private CommonOptions common;

  private PretrainCommand(
      Terminal terminal,
      Relaunch relaunch,
      Map<String, String> environment,
      RunPages pages,
      Training.Factory trainings) {
    this.terminal = terminal;
    this.relaunch = relaunch;
    this.environment = environment;
    this.pages = pages;
    this.trainings = trainings;
  }

  /**
   * The command with a flag for every setting.
   *
   * @param relaunch gets the native library what it needs in the environment
   * @param environment that of this process
   * @param pages show the run to a browser
   */
  public static CommandLine commandLine(
      Terminal terminal, Relaunch relaunch, Map<String, String> environment, RunPages pages) {
    return commandLine(terminal, relaunch, environment, pages, new Pretraining());
  }

  static CommandLine commandLine(
      Terminal terminal,
      Relaunch relaunch,
      Map<String, String> environment,
      RunPages pages,
      Training.Factory trainings) {
    PretrainCommand command =
        new PretrainCommand(terminal, relaunch, environment, pages, trainings);
    CommandLine line = new CommandLine(command);
    FLAGS.addTo(line.getCommandSpec());
    line.setExecutionExceptionHandler(new ErrorLine(terminal));
    return line;
  }

  @Override
  public Integer call() throws IOException {
    common.startLogs(terminal);
    Config told = configuration();
    Optional<TrainingUi> trainingUi = trainingUi();
    if (told.get(Settings.INIT) == null && told.get(Settings.NETWORK_FILE) == null) {
      Setup.of(told);
    }
    OptionalInt elsewhere = relaunch.with(nativeEnvironment(told));
    if (elsewhere.isPresent()) {
      return elsewhere.getAsInt();
    }
    // A resumed run has the shape of its network already.
    Config config =
        resumed == null ? GivenNetwork.settle(told, givenFlags().keySet(), terminal::plain) : told;
    Setup.of(config);
    String device = DeviceCheck.ofThisMachine().check(config.get(Settings.DEVICE));
    try (PageServer server = server();
        RunFolder run =
            resumed == null
                ? RunFolder.create(Pretraining.KIND, config.get(Settings.OUT))
                : RunFolder.open(Pretraining.KIND, resumed);
        SamplePhotos photos = new SamplePhotos()) {
      Path images = config.get(Settings.IMAGES, photos.folder());
      return pretrain(resolved(config, images), images, run, device, trainingUi, server);
    }
  }

  private Config configuration() {
    Map<Setting<?>, String> flags = givenFlags();
    Config config;
    if (resumed != null) {
      RunFiles run = RunFolder.begun(Pretraining.KIND, resumed);
      if (recipe != null) {
        throw new UserError(
            "--resume goes on with the run's own configuration: leave out --config");
      }
      flags.keySet().stream()
          .filter(RunSettings::isKept)
          .findFirst()
          .ifPresent(
              setting -> {
                throw new UserError(
                    "--resume goes on with the run as it was begun, so --%s cannot be changed (--epochs, --threads and --accumulate can);"
                            .formatted(setting)
                        + " begin a new run with --config "
                        + ShellCommand.argument(run.config()));
              });
      config = run.resumed().with(Settings.OUT, resumed);
      RunSettings.requireData(config, flags.keySet(), resumed);
    } else if (recipe != null) {
      config = Recipes.read(recipe, Settings.SCHEMA.defaults());
    } else if (!flags.containsKey(Settings.IMAGES)) {
      config = Recipes.read(Recipes.PHOTOS, Settings.SCHEMA.defaults());
    } else {
      config = Settings.SCHEMA.defaults();
    }
    config = RunSettings.withFlags(config, flags);
    return RunSettings.withThreads(
        config, environment.getOrDefault(ALL_THREADS, environment.get("OMP_NUM_THREADS")));
  }

  private Map<Setting<?>, String> givenFlags() {
    return FLAGS.given(spec.commandLine().getParseResult());
  }

  private Map<String, String> nativeEnvironment(Config config) {
    int workers = config.get(Settings.WORKERS);
    if (workers == 1 || config.get(Settings.SPARK) != null) {
      return NativeEnvironment.environment(environment, config.text(Settings.THREADS));
    }
    // OpenMP's number is that of each thread that calls it, and each worker is one.
    int ofEach = Math.max(1, config.get(Settings.THREADS) / workers);
    Map<String, String> wanted =
        new HashMap<>(NativeEnvironment.environment(environment, String.valueOf(ofEach)));
    wanted.put(ALL_THREADS, config.text(Settings.THREADS));
    return wanted;
  }

  /** Asked for before anything is begun: a run that cannot be shown as wished leaves no folder. */
  private Optional<TrainingUi> trainingUi() {
    if (!ui) {
      return Optional.empty();
    }
    Optional<TrainingUi> found = ServiceLoader.load(TrainingUi.class).findFirst();
    if (found.isEmpty()) {
      throw new UserError(
          "--ui needs a build with DL4J's training UI: FLSL_MAVEN_ARGS=-Dui ./flsl pretrain --ui"
              + " (or mvn -DskipTests -Dui package); --watch needs nothing");
    }
    return found;
  }

  private int pretrain(
      Config config,
      Path images,
      RunFolder run,
      String device,
      Optional<TrainingUi> trainingUi,
      PageServer server)
      throws IOException {
    RunFiles files = run.files();
    String results;
    // Where it is trained, also where it is kept elsewhere.
    Config here = config.with(Settings.OUT, files.folder());
    try (OpenRun pretraining = OpenRun.open(trainings, here, images, run, terminal)) {
      keepNetwork(config, files);
      Training training = pretraining.training();
      Plan plan = pretraining.plan();
      Overview overview = Overview.of(training, plan, config, images, device, files.kept());
      terminal.plain(overview.toString());
      training.nativeBuild().ifPresent(build -> build.warnIfSlow(terminal));
      if (overview.exceedsMemory()) {
        terminal.warn(
            "this machine has too little memory for it; a larger --accumulate or a smaller"
                + " --batch takes less");
      }
      trainingUi.ifPresent(
          shown -> {
            training.observe(shown.start());
            terminal.plain("DL4J's training UI: " + shown.url());
          });
      if (server != null) {
        show(files, server);
      }
      try (StopSignal stop = new StopSignal(terminal, "this step")) {
        if (!pretraining.trainTo(plan.steps(), stop::requested)) {
          terminal.plain(
              "stopped after step %d of %d, all saved; go on with: %s"
                  .formatted(training.step(), plan.steps(), files.resume()));
          return stop.exitCode();
        }
      }
      files.write(files.result(), pretraining::finish);
      results =
          Summary.of(plan, files, run.history(), training.unreadableImages())
              + handBack(config, files);
      String summary = overview + results;
      files.write(files.summary(), () -> AtomicFile.write(files.summary(), summary));
    }
    // Its pictures find the memory that the training has given back.
    boolean shown = report(files);
    terminal.plain(
        shown
            ? results + files.shown(files.report()) + "  curves and pictures, for a browser"
            : results);
    return 0;
  }

  /** Going on later needs nothing that stands elsewhere. */
  private static void keepNetwork(Config config, RunFiles files) throws IOException {
    Path copy = OwnNetwork.copyIn(files.folder());
    Optional<OwnNetwork> own = Files.exists(copy) ? Optional.empty() : OwnNetwork.of(config);
    if (own.isPresent()) {
      AtomicFile.write(copy, own.get()::write);
    }
  }

  /**
   * Writes the network that the run began with, pretrained; a line about it, where there is one.
   */
  private static String handBack(Config config, RunFiles files) {
    Optional<OwnNetwork> own = OwnNetwork.of(config);
    if (own.isEmpty()) {
      return "";
    }
    Path network = OwnNetwork.copyIn(files.folder());
    ComputationGraph backbone = RunResult.at(files.folder()).backbone();
    files.write(network, () -> AtomicFile.write(network, out -> own.get().write(backbone, out)));
    return "%s  the network of before with the pretrained part in place%n"
        .formatted(files.shown(network));
  }

  private Config resolved(Config config, Path images) {
    Config absolute = config.absolute();
    if (config.get(Settings.MINUTES) == null) {
      return absolute;
    }
    terminal.plain("timing a few steps ...");
    return Calibration.timed(trainings, absolute, images);
  }

  /** Null where nobody wants to watch. */
  private PageServer server() {
    return watchPort == null
        ? null
        : PageServer.start(
            watchHost, watchPort == 0 ? OptionalInt.empty() : OptionalInt.of(watchPort));
  }

  private void show(RunFiles run, PageServer server) {
    server.show(pages.live(RunResult.of(run)));
    terminal.plain("watch it at " + server.url());
  }

  /** Whether the report could be written; a failure is no reason to call the training failed. */
  private boolean report(RunFiles run) {
    try {
      AtomicFile.write(run.report(), pages.report(RunResult.of(run)));
      return true;
    } catch (IOException | RuntimeException e) {
      terminal.warn("cannot write " + run.shown(run.report()) + ": " + Problems.explain(e));
      return false;
    }
  }

  /** A folder here, or in another file system that this program knows. */
  private static final class PathConverter implements ITypeConverter<Path> {
    @Override
    public Path convert(String text) {
      try {
        return FileNames.path(text);
      } catch (InvalidPathException e) {
        throw new TypeConversionException(e.getReason() + ": " + text);
      }
    }
  }

  /** For {@code --help}. */
  private static final class RecipeNames extends ArrayList<String> {
    private static final long serialVersionUID = 1L;

    RecipeNames() {
      super(Recipes.NAMES);
    }
  }
}
