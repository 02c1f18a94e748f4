package org.flsl.examples;

import picocli.CommandLine;
import picocli.CommandLine.IExecutionExceptionHandler;
import picocli.CommandLine.ParseResult;

/** Shows what ended a command as one line; the stack trace only with {@code --debug}. */
public final class ErrorLine implements IExecutionExceptionHandler {
  static final int FAILED = 1;

  private final Terminal terminal;

  public ErrorLine(Terminal terminal) {
    this.terminal = terminal;
  }

  @Override
  public int handleExecutionException(Exception e, CommandLine command, ParseResult whole) {
    boolean debug = command.getParseResult().hasMatchedOption("--debug");
    boolean usersMistake = e instanceof UserError;
    terminal.error(
        usersMistake
            ? e.getMessage()
            : "unexpected " + e + (debug ? "" : "; run it again with --debug to see where"));
    if (debug) {
      terminal.trace(e);
    }
    return FAILED;
  }
}
