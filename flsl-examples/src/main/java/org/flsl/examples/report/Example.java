package org.flsl.examples.report;

import java.util.List;

/**
 * What a model says of an image, beside the image and the truth.
 *
 * @param name of the image
 * @param pictures side by side
 */
public record Example(String name, List<Picture> pictures) {

  /** A picture with its caption. */
  public record Picture(String caption, DataUri picture) {}
}
