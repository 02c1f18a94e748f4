package org.flsl.examples.run;

import org.flsl.views.ImageFolder;

/**
 * The images that a run trains on.
 *
 * @param leftOut what lies beside them, in words; empty if nothing
 * @param fingerprint tells sets of images apart, wherever their folder lies
 */
public record ImageSet(int count, String leftOut, String fingerprint) {

  /** Those of a folder. */
  public static ImageSet of(ImageFolder images) {
    return new ImageSet(images.size(), images.leftOut().toString(), images.fingerprint());
  }
}
