package org.flsl.examples.eval;

import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.flsl.evaluation.GraphFeatures;
import org.flsl.evaluation.data.ImageSize;
import org.flsl.evaluation.data.ReadableImages;
import org.flsl.examples.command.UserError;
import picocli.CommandLine.Option;

/** The options that tell how images go into the network: their size, and how many at once. */
final class InputOptions {
  private static final Pattern SIZE = Pattern.compile("(\\d{1,5})(?:x(\\d{1,5}))?");

  @Option(
      names = "--size",
      paramLabel = "HxW",
      description =
          "Resize images to this, for example 240x320 (height x width) or 224; default: the images'"
              + " own size, cut to whole patches, where all have the same, otherwise that of the"
              + " training. For boxes a square, and for features: by default that of the training.")
  private String size;

  @Option(names = "--batch", paramLabel = "N", description = "Images per pass of the network.")
  private int batch = 8;

  /** Refuses what no network could be given, before images are read. */
  void check() {
    UserError.requireAtLeast(1, "--batch", batch);
    if (size != null) {
      wishedSize();
    }
  }

  /** Images per pass of the network. */
  int batch() {
    return batch;
  }

  /** The size that images are brought to. */
  ImageSize size(GraphFeatures features, ReadableImages images) {
    return size != null
        ? wishedSize()
        : images.commonSize().map(features::fit).orElseGet(() -> trainingSize(features));
  }

  /** The size of images of the training, whatever that of these images. */
  ImageSize trainingSize(GraphFeatures features) {
    if (size != null) {
      return wishedSize();
    }
    return features
        .trainingSize()
        .orElseThrow(
            () ->
                new UserError(
                    "neither the images nor the network tell one size: choose one with --size"));
  }

  private ImageSize wishedSize() {
    Matcher parts = SIZE.matcher(size);
    if (!parts.matches()) {
      throw new UserError(
          "--size takes height x width such as 240x320, or one number, got " + size);
    }
    int height = Integer.parseInt(parts.group(1));
    int width = parts.group(2) == null ? height : Integer.parseInt(parts.group(2));
    return new ImageSize(height, width);
  }
}
