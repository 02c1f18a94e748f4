package org.flsl.examples.train;

import java.util.List;
import java.util.Map;
import org.flsl.examples.command.ErrorLine;
import org.flsl.examples.command.HelpOption;
import org.flsl.examples.command.Relaunch;
import org.flsl.examples.command.Surroundings;
import org.flsl.examples.command.Terminal;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code flsl train}: labels go in, a model that knows them comes out. */
@Command(
    name = "train",
    synopsisSubcommandLabel = "TASK",
    description = {
      "Teaches a pretrained backbone a task with labels.",
      "What comes out is an ordinary DL4J model; flsl predict shows it other images."
    })
public final class TrainCommand {
  /** All tasks. */
  static final List<Task> TASKS =
      List.of(new SegmentationTask(), new DetectionTask(), new InstanceTask());

  @Mixin private HelpOption help;

  private TrainCommand() {}

  /**
   * The command.
   *
   * @param relaunch gets the native library what it needs in the environment
   * @param environment that of this process
   */
  public static CommandLine commandLine(
      Terminal terminal, Relaunch relaunch, Map<String, String> environment) {
    CommandLine line = new CommandLine(new TrainCommand());
    Surroundings surroundings = new Surroundings(terminal, relaunch, environment);
    for (Task task : TASKS) {
      line.addSubcommand(TaskCommand.commandLine(task, surroundings));
    }
    line.setExecutionExceptionHandler(new ErrorLine(terminal));
    return line;
  }
}
