package org.flsl.examples.weights;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import org.flsl.examples.command.Logs;
import org.flsl.examples.command.Problems;
import org.flsl.examples.command.Terminal;
import org.flsl.examples.command.UserError;
import org.flsl.layers.weights.WeightsException;
import picocli.CommandLine.Option;

/** What the commands about files of weights have in common: how they explain what went wrong. */
abstract class WeightsCommand implements Callable<Integer> {
  private final Terminal terminal;

  @Option(names = "--debug", description = "Show everything that is logged, and stack traces.")
  private boolean debug;

  @Option(
      names = {"-h", "--help"},
      usageHelp = true,
      description = "Show this help.")
  private boolean help;

  WeightsCommand(Terminal terminal) {
    this.terminal = terminal;
  }

  /** Does it. */
  abstract void run() throws IOException;

  /** The file that it is about, for messages. */
  abstract Path file();

  /** Prints a line; names come out of files, and none may tell the terminal what to do. */
  final void say(String line) {
    terminal.plain(line.replaceAll("\\p{Cntrl}", "?"));
  }

  /** Prints warnings. */
  final void warn(List<String> warnings) {
    warnings.forEach(warning -> terminal.warn(warning.replaceAll("\\p{Cntrl}", "?")));
  }

  @Override
  public final Integer call() {
    Logs.to(terminal, debug);
    try {
      run();
      return 0;
    } catch (WeightsException e) {
      e.details().forEach(this::say);
      throw new UserError(e.getMessage(), e);
    } catch (IOException e) {
      throw new UserError("cannot read %s: %s".formatted(file(), Problems.explain(e)), e);
    }
  }
}
