package org.flsl.views;

/** Says that none of a folder's images can be decoded. */
public final class NothingReadableException extends IllegalStateException {

  private static final long serialVersionUID = 1L;

  NothingReadableException(String message) {
    super(message);
  }

  /** The same for another thread, with its own stack trace. */
  NothingReadableException(NothingReadableException cause) {
    super(cause.getMessage(), cause);
  }
}
