package org.flsl.examples.eval;

import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.flsl.evaluation.GraphFeatures;
import org.flsl.evaluation.ImageSize;
import org.flsl.examples.UserError;
import picocli.CommandLine.Option;

/** The options that name a network and the size of its images. */
final class EvaluatedModel extends EvaluatedNetwork {
  private static final Pattern SIZE = Pattern.compile("(\\d{1,5})(?:x(\\d{1,5}))?");

  @Option(
      names = "--size",
      paramLabel = "HxW",
      description =
          "Resize images to this, for example 240x320 (height x width) or 224; default: the images'"
              + " own size, cut to whole patches, where all have the same, otherwise that of the"
              + " training.")
  private String size;

  /**
   * The size that images are brought to.
   *
   * @param common the size that all images have; null if they differ
   */
  ImageSize size(GraphFeatures features, ImageSize common) {
    if (size != null) {
      Matcher parts = SIZE.matcher(size);
      if (!parts.matches()) {
        throw new UserError(
            "--size takes height x width such as 240x320, or one number, got " + size);
      }
      int height = Integer.parseInt(parts.group(1));
      int width = parts.group(2) == null ? height : Integer.parseInt(parts.group(2));
      return new ImageSize(height, width);
    }
    if (common != null) {
      return features.fit(common);
    }
    return features
        .trainingSize()
        .orElseThrow(() -> new UserError("the images have several sizes: choose one with --size"));
  }
}
