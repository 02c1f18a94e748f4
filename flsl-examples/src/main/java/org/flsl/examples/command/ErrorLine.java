package org.flsl.examples.command;

import java.nio.file.FileSystemException;
import java.util.Optional;
import org.flsl.views.NothingReadableException;
import org.flsl.views.decode.FileProblem;
import picocli.CommandLine;
import picocli.CommandLine.IExecutionExceptionHandler;
import picocli.CommandLine.ParseResult;

/** Shows what ended a command as one line; the stack trace only with {@code --debug}. */
public final class ErrorLine implements IExecutionExceptionHandler {
  public static final int FAILED = 1;

  private final Terminal terminal;

  public ErrorLine(Terminal terminal) {
    this.terminal = terminal;
  }

  @Override
  public int handleExecutionException(Exception e, CommandLine command, ParseResult whole) {
    boolean debug = command.getParseResult().hasMatchedOption("--debug");
    terminal.error(
        explanation(e)
            .orElseGet(
                () ->
                    "unexpected " + e + (debug ? "" : "; run it again with --debug to see where")));
    if (debug) {
      terminal.trace(e);
    }
    return FAILED;
  }

  /** Empty where the user cannot mend it. */
  private static Optional<String> explanation(Exception e) {
    if (e instanceof FileSystemException file) {
      return Optional.of("cannot use " + file.getFile() + ": " + FileProblem.explain(file));
    }
    return e instanceof UserError || e instanceof NothingReadableException
        ? Optional.of(e.getMessage())
        : Optional.empty();
  }
}
