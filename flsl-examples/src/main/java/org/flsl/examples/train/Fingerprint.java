package org.flsl.examples.train;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import org.flsl.evaluation.data.LabelledImages;
import org.flsl.examples.run.ImageSet;

/** Tells sets of labelled images apart. */
final class Fingerprint {
  private Fingerprint() {}

  /**
   * A set in numbers; its fingerprint knows the names of its images and what is said of their
   * labels.
   *
   * @param labels what tells other labels of the same images
   */
  static ImageSet imageSet(LabelledImages images, String labels) {
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < images.size(); i++) {
      text.append(images.name(i)).append('\n');
    }
    return new ImageSet(images.size(), images.leftOut(), digest(text + labels));
  }

  private static String digest(String text) {
    try {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      return HexFormat.of().formatHex(digest.digest(text.getBytes(StandardCharsets.UTF_8)));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("Every Java platform has SHA-256", e);
    }
  }
}
