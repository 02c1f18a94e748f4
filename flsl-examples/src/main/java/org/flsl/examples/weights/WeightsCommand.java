package org.flsl.examples.weights;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import org.flsl.examples.command.CommonOptions;
import org.flsl.examples.command.ErrorLine;
import org.flsl.examples.command.Problems;
import org.flsl.examples.command.Terminal;
import org.flsl.examples.command.UserError;
import org.flsl.layers.weights.WeightsException;
import org.flsl.training.checkpoint.AtomicFile;
import picocli.CommandLine;
import picocli.CommandLine.Mixin;

/** What the commands about files of weights have in common: how they explain what went wrong. */
abstract class WeightsCommand implements Callable<Integer> {
  private final Terminal terminal;

  @Mixin private CommonOptions common;

  WeightsCommand(Terminal terminal) {
    this.terminal = terminal;
  }

  /** With the parser of its arguments. */
  public final CommandLine commandLine() {
    return new CommandLine(this)
        .setCaseInsensitiveEnumValuesAllowed(true)
        .setExecutionExceptionHandler(new ErrorLine(terminal));
  }

  /** Does it. */
  abstract void run() throws IOException;

  /** The file that it is about, for messages. */
  abstract Path file();

  /** Prints a line. */
  final void say(String line) {
    terminal.plain(harmless(line));
  }

  /** Prints warnings. */
  final void warn(List<String> warnings) {
    warnings.forEach(warning -> terminal.warn(harmless(warning)));
  }

  /** Names come out of files, and none may tell the terminal what to do. */
  private static String harmless(String line) {
    return line.replaceAll("\\p{Cntrl}", "?");
  }

  /** Writes what came of it, whole or not at all. */
  final void write(Path target, AtomicFile.Content content) {
    try {
      AtomicFile.write(target, content);
    } catch (IOException e) {
      throw new UserError(
          "cannot write %s: %s; free some space, or name another file with --out"
              .formatted(target, Problems.explain(e)),
          e);
    }
  }

  @Override
  public final Integer call() {
    common.startLogs(terminal);
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
