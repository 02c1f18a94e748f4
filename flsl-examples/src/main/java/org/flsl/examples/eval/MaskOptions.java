package org.flsl.examples.eval;

import java.nio.file.Path;
import java.util.List;
import org.flsl.evaluation.data.DrawnOn;
import org.flsl.examples.eval.TrainAndTest.Labelled;
import picocli.CommandLine.Option;

/** The options that name masks of images in {@link ImageFolders}, and what their values mean. */
final class MaskOptions {
  @Option(
      names = "--masks",
      required = true,
      paramLabel = "FOLDER",
      description = "Their masks: PNGs of the same names, indexed or grey; RGB with --colours.")
  private Path masks;

  @Option(
      names = "--test-masks",
      required = true,
      paramLabel = "FOLDER",
      description = "The masks to measure on.")
  private Path testMasks;

  @Option(
      names = "--colours",
      paramLabel = "FILE",
      description =
          "For RGB masks: a text file with a line for each class, such as: 128 64 128 road.")
  private Path colours;

  @Option(
      names = "--ignore",
      split = ",",
      paramLabel = "LABEL",
      description = "Labels that do not count; none: all do.",
      defaultValue = "255")
  private List<String> ignored;

  TrainAndTest open(ImageFolders folders, DrawnOn drawnOn) {
    return TrainAndTest.ofMasks(
        new Labelled(folders.images(), masks),
        new Labelled(folders.testImages(), testMasks),
        colours,
        IgnoredLabels.of(ignored),
        drawnOn);
  }
}
