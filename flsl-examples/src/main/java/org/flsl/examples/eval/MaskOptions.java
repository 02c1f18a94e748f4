package org.flsl.examples.eval;

import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import org.flsl.evaluation.data.ColourMap;
import org.flsl.evaluation.data.ImagesAndMasks;
import org.flsl.evaluation.data.MaskReader;
import org.flsl.evaluation.data.SegmentationSet;
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
      description = "Labels that do not count.",
      defaultValue = "255")
  private Set<Integer> ignored;

  SegmentationSet train(ImageFolders folders) {
    return colours == null
        ? ImagesAndMasks.open(folders.images(), masks, reader())
        : ImagesAndMasks.withClasses(
            folders.images(), masks, reader(), ColourMap.read(colours).classes());
  }

  SegmentationSet test(ImageFolders folders, List<String> classes) {
    return ImagesAndMasks.withClasses(folders.testImages(), testMasks, reader(), classes);
  }

  private MaskReader reader() {
    return colours == null
        ? MaskReader.ofIndices(ignored)
        : MaskReader.ofColours(ColourMap.read(colours), ignored);
  }
}
