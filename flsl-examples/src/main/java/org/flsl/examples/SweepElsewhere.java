package org.flsl.examples;

import java.util.List;
import org.flsl.examples.command.UserError;
import picocli.CommandLine.Command;
import picocli.CommandLine.Unmatched;

/** Stands for {@code flsl sweep} where the module that has it is not on the class path. */
@Command(name = SweepElsewhere.NAME, description = SweepElsewhere.SUMMARY)
public final class SweepElsewhere implements Runnable {
  /** What the command is called. */
  static final String NAME = "sweep";

  /** What the command does, in a sentence. */
  public static final String SUMMARY = "Tries many settings of a pretraining and finds the best.";

  @Unmatched private List<String> arguments;

  SweepElsewhere() {}

  @Override
  public void run() {
    throw new UserError(
        "sweeps are not in this program: ./flsl sweep builds one that has them, and with Maven mvn"
            + " -DskipTests package makes arbiter-configs/target/flsl.jar");
  }
}
