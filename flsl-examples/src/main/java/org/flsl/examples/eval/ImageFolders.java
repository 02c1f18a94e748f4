package org.flsl.examples.eval;

import java.nio.file.Path;
import picocli.CommandLine.Option;

/** The options that name two folders of images; their labels are elsewhere. */
class ImageFolders {
  @Option(
      names = "--images",
      required = true,
      paramLabel = "FOLDER",
      description = "Images to learn from.")
  private Path images;

  @Option(
      names = "--test-images",
      required = true,
      paramLabel = "FOLDER",
      description = "Images to measure on.")
  private Path testImages;

  final Path images() {
    return images;
  }

  final Path testImages() {
    return testImages;
  }
}
