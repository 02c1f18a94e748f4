package org.flsl.layers.weights;

import java.nio.file.Path;
import java.util.List;

/**
 * A file of weights that cannot be taken, and why, in one line.
 *
 * <p>Where names or shapes do not fit, {@link #details} is a table of them.
 */
public final class WeightsException extends IllegalArgumentException {
  private final List<String> details;

  WeightsException(String message) {
    this(message, List.of());
  }

  WeightsException(String message, List<String> details) {
    super(message);
    this.details = List.copyOf(details);
  }

  WeightsException(String message, Throwable cause) {
    super(message, cause);
    this.details = List.of();
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
