package org.flsl.examples.command;

import picocli.CommandLine.Option;

/** How to ask a command what it does. */
public final class HelpOption {
  @Option(
      names = {"-h", "--help"},
      usageHelp = true,
      order = CommonOptions.LAST + 1,
      description = "Show this help.")
  private boolean help;
}
