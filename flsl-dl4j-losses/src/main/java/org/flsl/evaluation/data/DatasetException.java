package org.flsl.evaluation.data;

/**
 * Says what is wrong with labelled images: missing, unreadable, or labels that do not fit.
 *
 * <p>The message is one line: what was found, what was expected, what to do.
 */
public class DatasetException extends IllegalArgumentException {

  private static final long serialVersionUID = 1L;

  /** Makes one. */
  public DatasetException(String message) {
    super(message);
  }

  /** Makes one with what was thrown below. */
  public DatasetException(String message, Throwable cause) {
    super(message, cause);
  }
}
