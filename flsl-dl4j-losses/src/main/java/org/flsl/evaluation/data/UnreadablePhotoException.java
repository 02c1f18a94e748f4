package org.flsl.evaluation.data;

/**
 * Says that an image file of a set is damaged or of a kind that cannot be read, as training would
 * find too; {@link ReadableImages} leaves such images out.
 */
public final class UnreadablePhotoException extends DatasetException {

  private static final long serialVersionUID = 1L;

  /** Makes one. */
  public UnreadablePhotoException(String message, Throwable cause) {
    super(message, cause);
  }
}
