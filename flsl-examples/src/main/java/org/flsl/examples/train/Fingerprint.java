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
   * Images to learn from in numbers; their fingerprint knows the names of the images and what is
   * said of their labels, also of those held out.
   *
   * @param labels what tells other labels of the same images
   */
  static ImageSet imageSet(
      LabelledImages images, String labels, LabelledImages held, String heldLabels) {
    String text = names(images) + labels + names(held) + heldLabels;
    return new ImageSet(images.size(), images.leftOut(), digest(text));
  }

  private static String names(LabelledImages images) {
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < images.size(); i++) {
      text.append(images.name(i)).append('\n');
    }
    return text.toString();
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
