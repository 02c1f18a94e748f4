package org.flsl.examples.eval;

import java.nio.file.Path;
import java.util.List;
import org.flsl.evaluation.data.CocoInstances;
import org.flsl.evaluation.data.DrawnOn;
import org.flsl.examples.command.UserError;
import picocli.CommandLine.Option;

/** The options that name COCO's annotations of images in {@link ImageFolders}. */
public final class CocoOptions {
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

  @Option(
      names = "--skip-missing",
      description = "Leave out images that the annotations list and the folder does not hold.")
  private boolean skipMissing;

  CocoInstances train(ImageFolders folders, DrawnOn drawnOn) {
    return read(file, folders.images(), drawnOn);
  }

  CocoInstances test(ImageFolders folders, DrawnOn drawnOn) {
    return read(testFile, folders.testImages(), drawnOn);
  }

  private CocoInstances read(Path annotations, Path images, DrawnOn drawnOn) {
    return read(annotations, images, skipMissing, drawnOn);
  }

  /**
   * Reads annotations of images in a folder.
   *
   * @param skipMissing whether images that the folder does not hold are left out
   * @throws UserError if there are such images, and they are not to be left out
   */
  public static CocoInstances read(
      Path annotations, Path images, boolean skipMissing, DrawnOn drawnOn) {
    CocoInstances coco = CocoInstances.read(annotations, images, drawnOn);
    List<String> missing = coco.missing();
    if (missing.isEmpty()) {
      return coco;
    }
    CocoInstances rest = coco.withoutMissing();
    if (!skipMissing) {
      throw new UserError(
          "%s does not hold %d of the images that %s lists, such as %s: give the folder that holds them, or leave them out with --skip-missing"
              .formatted(images, missing.size(), annotations, missing.get(0)));
    }
    return rest;
  }
}
