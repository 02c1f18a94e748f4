package org.flsl.examples.eval;

import java.util.Map;
import java.util.concurrent.Callable;
import org.flsl.evaluation.data.ReadableImages;
import org.flsl.examples.command.Logs;
import org.flsl.examples.command.NativeBuild;
import org.flsl.examples.command.NativeThreads;
import org.flsl.examples.command.Relaunch;
import org.flsl.examples.command.Terminal;
import org.flsl.examples.command.UserError;

/** What all measures of the command share: the terminal, and the environment of the process. */
record EvalRuntime(Terminal terminal, Relaunch relaunch, Map<String, String> environment) {

  /**
   * Runs a measure where the native library finds its settings, and turns the libraries' complaints
   * about what the user gave into errors of one line.
   */
  int run(boolean debug, Callable<Integer> measure) throws Exception {
    Logs.to(terminal, debug);
    var elsewhere = relaunch.with(NativeThreads.environment(environment));
    if (elsewhere.isPresent()) {
      return elsewhere.getAsInt();
    }
    try {
      int exitCode = measure.call();
      NativeBuild.loaded().ifPresent(build -> build.warnIfSlow(terminal));
      return exitCode;
    } catch (IllegalArgumentException e) {
      throw new UserError(e.getMessage(), e);
    } finally {
      terminal.bottom("");
    }
  }

  /** Says what of a measurement's images is left out, if anything is. */
  void tell(ReadableImages images) {
    images.problems().forEach(problem -> terminal.warn(problem + "; it is left out"));
    if (!images.leftOut().isEmpty()) {
      terminal.plain("left out: " + images.leftOut());
    }
  }

  /** Shows how far it is on the bottom line. */
  void progress(String what, int done, int all) {
    terminal.bottom("%s %d/%d".formatted(what, done, all));
  }
}
