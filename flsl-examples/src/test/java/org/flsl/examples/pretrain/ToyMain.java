package org.flsl.examples.pretrain;

import java.util.List;
import java.util.Map;
import org.flsl.examples.command.Relaunch;
import org.flsl.examples.command.Terminal;

/** The pretrain command around {@link ToyTraining}, for tests that send signals to a process. */
public final class ToyMain {
  /** An environment variable that makes steps slower. */
  static final String MILLIS_PER_STEP = "TOY_MILLIS_PER_STEP";

  private ToyMain() {}

  public static void main(String[] arguments) {
    int millis = Integer.parseInt(System.getenv().getOrDefault(MILLIS_PER_STEP, "20"));
    Relaunch here = new Relaunch(ToyMain.class, List.of(), Map.of("FLSL_RELAUNCHED", "1"));
    System.exit(
        PretrainCommand.commandLine(
                Terminal.system(), here, Map.of(), new ToyPages(), new ToyTraining.Toys(millis))
            .execute(arguments));
  }
}
