package org.flsl.examples.eval;

import java.util.Map;
import org.flsl.examples.command.Relaunch;
import org.flsl.examples.command.Terminal;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code flsl eval}: what do the features know? */
@Command(
    name = "eval",
    synopsisSubcommandLabel = "MEASURE",
    description = {
      "Measures what the features of a pretrained network know.",
      "Beside each value stands that of a network that learned nothing, and that of raw pixels."
    })
public final class EvalCommand {
  @Option(
      names = {"-h", "--help"},
      usageHelp = true,
      description = "Show this help.")
  private boolean help;

  private EvalCommand() {}

  /**
   * The command.
   *
   * @param relaunch gets the native library what it needs in the environment
   * @param environment that of this process
   */
  public static CommandLine commandLine(
      Terminal terminal, Relaunch relaunch, Map<String, String> environment) {
    CommandLine line = new CommandLine(new EvalCommand());
    EvalRuntime runtime = new EvalRuntime(terminal, relaunch, environment);
    line.addSubcommand(new EvalSegmentation(runtime));
    line.addSubcommand(new EvalCategory(runtime));
    line.addSubcommand(new EvalHealth(runtime));
    line.addSubcommand(new EvalVideo(runtime));
    line.addSubcommand(new EvalBoxes(runtime));
    line.setCaseInsensitiveEnumValuesAllowed(true);
    return line;
  }
}
