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

  /** Refuses a number of an option that is too small. */
  public static void requireAtLeast(int smallest, String option, long value) {
    if (value < smallest) {
      throw new UserError("%s takes at least %d, got %d".formatted(option, smallest, value));
    }
  }

  /** Refuses a number of an option that is not above 0. */
  public static void requirePositive(String option, double value) {
    if (!(value > 0)) {
      throw new UserError("%s takes a number above 0, got %s".formatted(option, value));
    }
  }
}
