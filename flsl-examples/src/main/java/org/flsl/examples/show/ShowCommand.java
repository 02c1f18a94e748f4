package org.flsl.examples.show;

import java.util.Map;
import org.flsl.examples.command.ErrorLine;
import org.flsl.examples.command.HelpOption;
import org.flsl.examples.command.Relaunch;
import org.flsl.examples.command.Surroundings;
import org.flsl.examples.command.Terminal;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code flsl show}: draws what a pretrained network sees. */
@Command(
    name = "show",
    synopsisSubcommandLabel = "WHAT",
    description = "Draws what a pretrained network sees in photos.")
public final class ShowCommand implements Runnable {
  @Spec private CommandSpec spec;

  @Mixin private HelpOption help;

  private ShowCommand() {}

  /**
   * The command with its subcommands.
   *
   * @param relaunch gets the native library what it needs in the environment
   * @param environment that of this process
   */
  public static CommandLine commandLine(
      Terminal terminal, Relaunch relaunch, Map<String, String> environment) {
    Surroundings surroundings = new Surroundings(terminal, relaunch, environment);
    CommandLine line = new CommandLine(new ShowCommand());
    line.addSubcommand(new ShowClusters(surroundings));
    line.addSubcommand(new ShowQuery(surroundings));
    line.addSubcommand(new ShowPca(surroundings));
    line.addSubcommand(new ShowHeads(surroundings));
    line.addSubcommand(new ShowNeighbours(surroundings));
    line.setCaseInsensitiveEnumValuesAllowed(true);
    line.setExecutionExceptionHandler(new ErrorLine(terminal));
    return line;
  }

  @Override
  public void run() {
    throw new ParameterException(
        spec.commandLine(), "show what: clusters, query, pca, heads or neighbours?");
  }
}
