package org.flsl.examples.command;

/**
 * A mistake that the user can mend: shown as one line, without a stack trace.
 *
 * <p>The message says what was found, what was expected, and what to do.
 */
public final class UserError extends RuntimeException {
  public UserError(String message) {
    super(message);
  }

  public UserError(String message, Throwable cause) {
    super(message, cause);
  }
}
