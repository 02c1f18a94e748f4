package org.flsl.examples.command;

import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.nio.charset.Charset;
import picocli.CommandLine.Help.Ansi;

/**
 * Where a command talks to its user: whole lines, warnings, and one line at the bottom that is
 * drawn over.
 *
 * <p>Use one for everything that a command shows, logs included: it keeps lines and the bottom line
 * apart when several threads write.
 */
public final class Terminal {
  private static final int DEFAULT_WIDTH = 100;
  private static final char BLOCK_CHARACTER = '\u2588';

  private final PrintStream out;
  private final PrintStream err;
  private final boolean interactive;
  private final Ansi ansi;
  private final int width;
  private String bottom = "";

  /**
   * @param interactive whether a person watches: only then is there a bottom line
   * @param ansi whether to colour
   */
  public Terminal(PrintStream out, PrintStream err, boolean interactive, Ansi ansi, int width) {
    this.out = out;
    this.err = err;
    this.interactive = interactive;
    this.ansi = ansi;
    this.width = width;
  }

  /** The terminal that this process was started from, or plain text where there is none. */
  public static Terminal system() {
    boolean interactive = System.console() != null;
    return new Terminal(
        System.out, System.err, interactive, Ansi.AUTO, interactive ? width() : DEFAULT_WIDTH);
  }

  /** One that passes on warnings and errors only. */
  public Terminal warningsOnly() {
    PrintStream nowhere = new PrintStream(OutputStream.nullOutputStream());
    return new Terminal(nowhere, err, false, ansi, width);
  }

  public boolean interactive() {
    return interactive;
  }

  public int columns() {
    return width;
  }

  /** Whether this may print colours and block characters, beside plain text. */
  public boolean fancy() {
    return interactive
        && ansi.enabled()
        && Charset.defaultCharset().newEncoder().canEncode(BLOCK_CHARACTER);
  }

  /** For those who print their own text, such as help. */
  public PrintWriter writer() {
    return new PrintWriter(out, true);
  }

  /** Prints a line. */
  public synchronized void plain(String text) {
    print(out, text);
  }

  /** Prints a line that asks for attention. */
  public synchronized void warn(String text) {
    print(err, ansi.string("@|yellow warning:|@ ") + text);
  }

  /** Prints the line that explains why the command ends. */
  public synchronized void error(String text) {
    print(err, ansi.string("@|red error:|@ ") + text);
  }

  /** Prints where an exception came from. */
  synchronized void trace(Throwable e) {
    e.printStackTrace(err);
  }

  /** Draws the bottom line anew; nothing where nobody watches. */
  public synchronized void bottom(String text) {
    if (interactive) {
      bottom = text;
      out.print("\r\033[K" + text);
      out.flush();
    }
  }

  private void print(PrintStream stream, String text) {
    if (!bottom.isEmpty()) {
      out.print("\r\033[K");
      out.flush();
    }
    stream.println(text);
    stream.flush();
    if (!bottom.isEmpty()) {
      out.print(bottom);
      out.flush();
    }
  }

  private static int width() {
    try {
      // stty asks the terminal behind its standard input, which is ours.
      Process stty =
          new ProcessBuilder("stty", "size")
              .redirectInput(ProcessBuilder.Redirect.INHERIT)
              .redirectError(ProcessBuilder.Redirect.DISCARD)
              .start();
      String[] rowsAndColumns = new String(stty.getInputStream().readAllBytes()).trim().split(" ");
      int columns = Integer.parseInt(rowsAndColumns[1]);
      return columns > 0 ? columns : DEFAULT_WIDTH;
    } catch (IOException | RuntimeException noStty) {
      return DEFAULT_WIDTH;
    }
  }
}
