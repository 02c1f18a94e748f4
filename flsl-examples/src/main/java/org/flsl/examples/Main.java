package org.flsl.examples;

import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.ServiceConfigurationError;
import java.util.ServiceLoader;
import org.flsl.examples.benchmark.BenchmarkCommand;
import org.flsl.examples.command.ErrorLine;
import org.flsl.examples.command.HelpOption;
import org.flsl.examples.command.NameLocale;
import org.flsl.examples.command.NativeCache;
import org.flsl.examples.command.Problems;
import org.flsl.examples.command.Relaunch;
import org.flsl.examples.command.Subcommand;
import org.flsl.examples.command.Terminal;
import org.flsl.examples.command.UserError;
import org.flsl.examples.command.Version;
import org.flsl.examples.doctor.DoctorCommand;
import org.flsl.examples.eval.EvalCommand;
import org.flsl.examples.eval.FeaturesCommand;
import org.flsl.examples.predict.PredictCommand;
import org.flsl.examples.pretrain.PretrainCommand;
import org.flsl.examples.report.Report;
import org.flsl.examples.shard.ShardCommand;
import org.flsl.examples.show.ShowCommand;
import org.flsl.examples.train.TrainCommand;
import org.flsl.examples.weights.ExportCommand;
import org.flsl.examples.weights.ImportCommand;
import org.flsl.examples.weights.InspectCommand;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.InitializationException;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.TypeConversionException;
import picocli.CommandLine.UnmatchedArgumentException;

/** The {@code flsl} command. */
@Command(
    name = "flsl",
    synopsisSubcommandLabel = "COMMAND",
    description = "Feature-level self-supervised learning of Vision Transformers.")
public final class Main {
  private static final int USAGE = 2;

  @Mixin private HelpOption help;

  @Option(
      names = {"-V", "--version"},
      versionHelp = true,
      description = "Show the versions of this program and of what computes in it.")
  private boolean version;

  private Main() {}

  public static void main(String[] arguments) {
    // Numbers look alike everywhere: the same text is read by people, YAML and CSV readers.
    Locale.setDefault(Locale.Category.FORMAT, Locale.ROOT);
    prepareJavaCpp();
    Terminal terminal = Terminal.system();
    try {
      new NativeCache(System.getProperties(), System.getenv()).choose();
    } catch (UserError e) {
      terminal.error(e.getMessage());
      System.exit(ErrorLine.FAILED);
    }
    System.exit(run(terminal, System.getenv(), arguments));
  }

  /**
   * What JavaCPP reads when it loads, where nobody set it otherwise.
   *
   * <p>Arrays outside of the heap may take half of the memory; by itself it allows as much as the
   * heap, a quarter. It counts in heaps. And it logs where others do: that it is newer than some of
   * what runs on it means nothing to a user.
   */
  private static void prepareJavaCpp() {
    Map<String, String> settings =
        Map.of(
            "org.bytedeco.javacpp.maxbytes", "200%",
            "org.bytedeco.javacpp.maxphysicalbytes", "320%",
            "org.bytedeco.javacpp.logger", "slf4j");
    settings.forEach((name, value) -> System.setProperty(name, System.getProperty(name, value)));
  }

  /**
   * Runs the command and returns its exit code: 0 done, 1 failed, 2 not understood, 130 stopped by
   * Ctrl-C.
   */
  public static int run(Terminal terminal, Map<String, String> environment, String... arguments) {
    if (NameLocale.ofThisProcess().loses(List.of(arguments))) {
      terminal.error(
          "the locale knows no letters outside of ASCII, and the arguments have some: set"
              + " LC_ALL=C.UTF-8 and run it again");
      return USAGE;
    }
    Relaunch relaunch = new Relaunch(Main.class, List.of(arguments), environment);
    try {
      CommandLine command = commandLine(terminal, relaunch, environment);
      if (arguments.length == 0) {
        command.usage(command.getOut());
        return 0;
      }
      return command.execute(arguments);
    } catch (OutOfMemoryError e) {
      terminal.error(
          "memory ran out (%s): choose a smaller --batch, --size, --global-size or --arch, or"
              + " a larger --accumulate".formatted(Problems.firstLine(e)));
    } catch (LinkageError e) {
      terminal.error(NativeCache.explain(e));
    } catch (ServiceConfigurationError | InitializationException e) {
      // Nothing but a plug-in brings a file that names no class, or a flag that there is already.
      terminal.error(
          "a plug-in on the class path cannot be used: "
              + Problems.firstLine(e)
              + (e.getCause() == null ? "" : " (" + Problems.firstLine(e.getCause()) + ")"));
    }
    return ErrorLine.FAILED;
  }

  private static CommandLine commandLine(
      Terminal terminal, Relaunch relaunch, Map<String, String> environment) {
    CommandLine command = new CommandLine(new Main());
    command.addSubcommand(
        PretrainCommand.commandLine(terminal, relaunch, environment, new Report()));
    command.addSubcommand(BenchmarkCommand.commandLine(terminal, relaunch, environment));
    command.addSubcommand(DoctorCommand.commandLine(terminal, relaunch, environment));
    command.addSubcommand(ShowCommand.commandLine(terminal, relaunch, environment));
    command.addSubcommand(EvalCommand.commandLine(terminal, relaunch, environment));
    command.addSubcommand(FeaturesCommand.commandLine(terminal, relaunch, environment));
    command.addSubcommand(TrainCommand.commandLine(terminal, relaunch, environment));
    command.addSubcommand(PredictCommand.commandLine(terminal, relaunch, environment));
    command.addSubcommand(new InspectCommand(terminal).commandLine());
    command.addSubcommand(new ImportCommand(terminal).commandLine());
    command.addSubcommand(new ExportCommand(terminal).commandLine());
    command.addSubcommand(new ShardCommand(terminal));
    for (Subcommand more : ServiceLoader.load(Subcommand.class)) {
      command.addSubcommand(more.commandLine(terminal, relaunch, environment));
    }
    if (!command.getSubcommands().containsKey(SweepElsewhere.NAME)) {
      command.addSubcommand(new SweepElsewhere());
    }
    // Of an empty name, as an unset variable of a shell leaves, Java makes the folder one is in.
    command.registerConverter(Path.class, Main::path);
    command.getCommandSpec().versionProvider(new Version(terminal));
    command.setOut(terminal.writer());
    command.setUsageHelpAutoWidth(true);
    command.setParameterExceptionHandler((e, args) -> misunderstood(terminal, e));
    command.setExecutionExceptionHandler(new ErrorLine(terminal));
    return command;
  }

  private static Path path(String text) {
    if (text.isEmpty()) {
      throw new TypeConversionException("it is empty, but has to be the name of a file or folder");
    }
    return Path.of(text);
  }

  private static int misunderstood(Terminal terminal, ParameterException e) {
    // Picocli says so itself where a group of options is incomplete.
    String message = e.getMessage().replaceFirst("^Error: ", "");
    if (e instanceof UnmatchedArgumentException unmatched
        && !unmatched.getSuggestions().isEmpty()) {
      message += "; did you mean " + unmatched.getSuggestions().get(0) + "?";
    }
    terminal.error(
        message + " (" + e.getCommandLine().getCommandSpec().qualifiedName() + " --help)");
    return USAGE;
  }
}
