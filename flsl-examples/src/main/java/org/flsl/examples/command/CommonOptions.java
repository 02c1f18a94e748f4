package org.flsl.examples.command;

import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** The options of every command that does something itself. */
public final class CommonOptions {
  /** The order of options that come behind those of the command itself. */
  public static final int LAST = 100;

  @Mixin private HelpOption help;

  @Option(
      names = "--debug",
      order = LAST,
      description = "Show everything that is logged, and stack traces.")
  private boolean debug;

  /** Sends what is logged to a terminal: all of it, or what users want to see. */
  public void startLogs(Terminal terminal) {
    Logs.to(terminal, debug);
  }
}
