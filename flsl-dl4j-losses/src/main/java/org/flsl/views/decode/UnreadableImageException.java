package org.flsl.views.decode;

import java.io.IOException;

/** Says why a file could not be turned into an image; the message leaves out the file's name. */
public final class UnreadableImageException extends IOException {

  private static final long serialVersionUID = 1L;

  /** Makes one with a reason that completes "cannot read x.jpg: …". */
  public UnreadableImageException(String reason) {
    super(reason);
  }

  /** Makes one that keeps what the decoder threw. */
  public UnreadableImageException(String reason, Throwable cause) {
    super(reason, cause);
  }
}
