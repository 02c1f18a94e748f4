package org.flsl.arbiter.sweep;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.OptionalInt;
import java.util.concurrent.Callable;
import org.flsl.examples.SweepElsewhere;
import org.flsl.examples.command.CommonOptions;
import org.flsl.examples.command.DeviceCheck;
import org.flsl.examples.command.ErrorLine;
import org.flsl.examples.command.NativeBuild;
import org.flsl.examples.command.NativeEnvironment;
import org.flsl.examples.command.Relaunch;
import org.flsl.examples.command.Subcommand;
import org.flsl.examples.command.Terminal;
import org.flsl.examples.command.UserError;
import org.flsl.examples.pretrain.SamplePhotos;
import org.flsl.examples.pretrain.Settings;
import org.flsl.examples.run.RunSettings;
import org.flsl.examples.settings.Config;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code flsl sweep}: trains many candidates and finds the best. */
@Command(
    name = "sweep",
    sortOptions = false,
    customSynopsis = {
      "./flsl sweep SWEEP.yaml [--out FOLDER] [--ui]   try what the file says",
      "       ./flsl sweep SWEEP.yaml --spark MASTER_URL    the same, on a cluster",
      "       ./flsl sweep --resume FOLDER [--ui]           go on with a sweep that was stopped",
      ""
    },
    description = {
      SweepElsewhere.SUMMARY,
      "Arbiter searches: it trains candidates as flsl pretrain does,",
      "scores their backbones, and writes a table, a picture and the best candidate's settings.",
      "docs/sweeps.md says what a file holds; arbiter-configs/sweeps has some to begin with.",
      ""
    })
public final class SweepCommand implements Callable<Integer> {
  private static final int PORT = 9000;

  private final Terminal terminal;
  private final Relaunch relaunch;
  private final Map<String, String> environment;

  @Parameters(arity = "0..1", paramLabel = "SWEEP.yaml", description = "What to try.")
  private Path file;

  @Option(
      names = "--out",
      paramLabel = "FOLDER",
      description = "Folder of the sweep. Default: the next sweeps/NAME-N")
  private Path out;

  @Option(
      names = "--resume",
      paramLabel = "FOLDER",
      description = "Go on with the sweep in this folder; what is finished is not trained again.")
  private Path resumed;

  @Option(
      names = "--spark",
      paramLabel = "MASTER_URL",
      description =
          "Train each candidate as a task of this Spark cluster, such as spark://HOST:7077; see"
              + " docs/scale.md.")
  private String cluster;

  @Option(names = "--ui", description = "Serve Arbiter's web page while the sweep runs.")
  private boolean ui;

  @Option(
      names = "--port",
      paramLabel = "N",
      description = "Port of that page. Default: ${DEFAULT-VALUE}")
  private int port = PORT;

  @Mixin private CommonOptions common;

  private SweepCommand(Terminal terminal, Relaunch relaunch, Map<String, String> environment) {
    this.terminal = terminal;
    this.relaunch = relaunch;
    this.environment = environment;
  }

  /** Brings the command to {@code flsl}. */
  public static final class Provider implements Subcommand {
    /** For the service loader. */
    public Provider() {}

    @Override
    public CommandLine commandLine(
        Terminal terminal, Relaunch relaunch, Map<String, String> environment) {
      return new CommandLine(new SweepCommand(terminal, relaunch, environment))
          .setExecutionExceptionHandler(new ErrorLine(terminal));
    }
  }

  @Override
  public Integer call() throws IOException {
    common.startLogs(terminal);
    if ((file == null) == (resumed == null)) {
      throw new UserError(
          "name a sweep, such as arbiter-configs/sweeps/weights.yaml, or --resume FOLDER");
    }
    if (resumed != null && out != null) {
      throw new UserError("--resume goes on in the sweep's own folder: leave out --out");
    }
    Sweep sweep = read(resumed == null ? file : resumed.resolve(SweepFolder.SWEEP.mark()));
    OptionalInt elsewhere =
        relaunch.with(
            NativeEnvironment.environment(environment, sweep.base().text(Settings.THREADS)));
    if (elsewhere.isPresent()) {
      return elsewhere.getAsInt();
    }
    DeviceCheck.ofThisMachine().check(sweep.base().get(Settings.DEVICE));
    try (SamplePhotos photos = new SamplePhotos()) {
      Path images = sweep.base().get(Settings.IMAGES, photos.folder()).toAbsolutePath().normalize();
      SweepRun run = new SweepRun(sweep, images, cluster, terminal);
      try (SweepFolder folder = resumed == null ? create() : SweepFolder.open(resumed);
          SweepPage page = ui ? SweepPage.open(port) : null) {
        NativeBuild.load(terminal);
        if (page != null) {
          terminal.plain("web page    " + page.address());
        }
        return run.in(folder, file == null ? null : SweepFile.text(file), page);
      }
    }
  }

  private Sweep read(Path from) {
    if (resumed != null) {
      SweepFolder.SWEEP.requireBegun(resumed);
    }
    Sweep sweep = SweepFile.parse(SweepFile.text(from), from.toString());
    Config base = RunSettings.withThreads(sweep.base(), environment.get("OMP_NUM_THREADS"));
    return sweep.withBase(base);
  }

  private SweepFolder create() {
    return SweepFolder.create(out, file.getFileName().toString().replaceFirst("\\.[^.]*$", ""));
  }
}
