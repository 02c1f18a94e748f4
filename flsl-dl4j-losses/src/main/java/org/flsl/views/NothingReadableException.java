package org.flsl.views;

/** Says that none of a folder's images can be decoded. */
public final class NothingReadableException extends IllegalStateException {

  NothingReadableException(String message) {
    super(message);
  }
}
