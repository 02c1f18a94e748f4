package org.flsl.examples.command;

import java.io.IOException;
import java.util.OptionalInt;
import java.util.concurrent.Callable;
import picocli.CommandLine.Mixin;

/** A command that computes with a network, with the options that all of these have. */
public abstract class ComputingCommand implements Callable<Integer> {
  private final Surroundings surroundings;

  @Mixin private CommonOptions common;

  /** A command of this process. */
  protected ComputingCommand(Surroundings surroundings) {
    this.surroundings = surroundings;
  }

  /**
   * Does what the command is for, and says so.
   *
   * @return the exit code: 0, unless a signal ended it before its end
   * @throws IllegalArgumentException where a library complains of what the user gave
   */
  protected abstract int compute() throws IOException;

  /** Computes where the native library finds its settings. */
  @Override
  public final Integer call() throws IOException {
    common.startLogs(terminal());
    OptionalInt elsewhere =
        surroundings.relaunch().with(NativeEnvironment.environment(surroundings.environment()));
    if (elsewhere.isPresent()) {
      return elsewhere.getAsInt();
    }
    try {
      int exitCode = compute();
      NativeBuild.loaded().ifPresent(build -> build.warnIfSlow(terminal()));
      return exitCode;
    } catch (IllegalArgumentException e) {
      throw new UserError(e.getMessage(), e);
    } finally {
      terminal().bottom("");
    }
  }

  /** Where the command speaks. */
  protected final Terminal terminal() {
    return surroundings.terminal();
  }

  /** Shows how far it is on the bottom line. */
  protected final void progress(String what, int done, int all) {
    terminal().bottom("%s %d/%d".formatted(what, done, all));
  }
}
