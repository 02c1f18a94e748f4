package org.flsl.examples.eval;

import java.util.Map;
import org.flsl.evaluation.Measure;
import org.flsl.examples.command.HelpOption;
import org.flsl.examples.command.Relaunch;
import org.flsl.examples.command.Surroundings;
import org.flsl.examples.command.Terminal;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code flsl eval}: what do the features know? */
@Command(
    name = "eval",
    synopsisSubcommandLabel = "MEASURE",
    description = {
      "Measures what the features of a pretrained network know.",
      "Beside each value stands that of a network that learned nothing, and that of raw pixels."
    })
public final class EvalCommand {
  @Mixin private HelpOption help;

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
    Surroundings surroundings = new Surroundings(terminal, relaunch, environment);
    line.addSubcommand(new EvalSegmentation(surroundings));
    line.addSubcommand(new EvalCategory(surroundings));
    line.addSubcommand(new EvalHealth(surroundings));
    line.addSubcommand(new EvalVideo(surroundings));
    line.addSubcommand(new EvalBoxes(surroundings));
    line.addSubcommand(EvalDetections.detection(surroundings));
    line.addSubcommand(EvalDetections.instances(surroundings));
    for (Measure measure : Measure.known()) {
      // Some have a subcommand with more options.
      if (!line.getSubcommands().containsKey(measure.name())) {
        line.addSubcommand(EvalMeasure.commandLine(surroundings, measure));
      }
    }
    line.setCaseInsensitiveEnumValuesAllowed(true);
    return line;
  }
}
