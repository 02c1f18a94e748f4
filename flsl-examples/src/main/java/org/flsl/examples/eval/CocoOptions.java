package org.flsl.examples.eval;

import java.nio.file.Path;
import org.flsl.evaluation.data.CocoInstances;
import picocli.CommandLine.Option;

/** The options that name COCO's annotations of images in {@link ImageFolders}. */
final class CocoOptions {
  @Option(
      names = "--coco",
      required = true,
      paramLabel = "JSON",
      description = "COCO's annotations to learn from, such as instances_train2017.json.")
  private Path file;

  @Option(
      names = "--test-coco",
      required = true,
      paramLabel = "JSON",
      description = "The annotations to measure on.")
  private Path testFile;

  CocoInstances train(ImageFolders folders) {
    return CocoInstances.read(file, folders.images());
  }

  CocoInstances test(ImageFolders folders) {
    return CocoInstances.read(testFile, folders.testImages());
  }
}
