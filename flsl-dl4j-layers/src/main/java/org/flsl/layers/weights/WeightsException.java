package org.flsl.layers.weights;

import java.nio.file.Path;
import java.util.List;

/**
 * A file of weights that cannot be taken, and why, in one line.
 *
 * <p>Where names or shapes do not fit, {@link #details} is a table of them.
 */
public final class WeightsException extends IllegalArgumentException {
  private static final int LONGEST = 1000;

  private final List<String> details;

  WeightsException(String message) {
    this(message, List.of());
  }

  WeightsException(String message, List<String> details) {
    super(printable(message));
    this.details = details.stream().map(WeightsException::printable).toList();
  }

  WeightsException(String message, Throwable cause) {
    super(printable(message), cause);
    this.details = List.of();
  }

  /** Names come out of files: none may break a line, or tell a terminal what to do. */
  private static String printable(String text) {
    String plain = text.replaceAll("\\p{Cntrl}", "?");
    return plain.length() > LONGEST ? plain.substring(0, LONGEST) + "…" : plain;
  }

  /** The same of a named file. */
  WeightsException in(Path file) {
    WeightsException named = new WeightsException(file + ": " + getMessage(), details);
    named.initCause(this);
    return named;
  }

  /** What was found beside what was expected, line by line; empty where the message says it all. */
  public List<String> details() {
    return details;
  }
}
