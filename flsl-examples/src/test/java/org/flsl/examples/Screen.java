package org.flsl.examples;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import org.flsl.examples.command.Terminal;
import picocli.CommandLine.Help.Ansi;

/** A terminal whose output a test can read. */
public final class Screen {
  private final ByteArrayOutputStream out = new ByteArrayOutputStream();
  private final ByteArrayOutputStream err = new ByteArrayOutputStream();
  private final Terminal terminal;

  public Screen(boolean interactive) {
    terminal =
        new Terminal(
            new PrintStream(out, true, StandardCharsets.UTF_8),
            new PrintStream(err, true, StandardCharsets.UTF_8),
            interactive,
            Ansi.OFF,
            120);
  }

  public Terminal terminal() {
    return terminal;
  }

  public String out() {
    return out.toString(StandardCharsets.UTF_8);
  }

  /**
   * Without the advice to take another native build: which one there is, is the machine's matter.
   */
  public String err() {
    return err.toString(StandardCharsets.UTF_8)
        .replaceAll("(?m)^.*native library is the build.*\\R", "");
  }
}
