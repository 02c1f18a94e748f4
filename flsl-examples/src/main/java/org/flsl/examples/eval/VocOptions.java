package org.flsl.examples.eval;

import java.nio.file.Path;
import org.flsl.evaluation.data.BoxSet;
import org.flsl.evaluation.data.DrawnOn;
import org.flsl.evaluation.data.PascalVoc;
import picocli.CommandLine.Option;

/** The options that name a data set laid out like PASCAL VOC and two of its lists. */
final class VocOptions {
  @Option(
      names = "--voc",
      required = true,
      paramLabel = "FOLDER",
      description = "A folder laid out like PASCAL VOC, such as VOCdevkit/VOC2012.")
  private Path folder;

  @Option(
      names = "--train",
      paramLabel = "LIST",
      description =
          "The images to learn from: a list in ImageSets/Main for boxes, in"
              + " ImageSets/Segmentation for segmentation.",
      defaultValue = "train")
  private String train;

  @Option(
      names = "--test",
      paramLabel = "LIST",
      description = "The images to measure on.",
      defaultValue = "val")
  private String test;

  BoxSet trainBoxes(DrawnOn drawnOn) {
    return new PascalVoc(folder, drawnOn).boxes(train);
  }

  BoxSet testBoxes(DrawnOn drawnOn) {
    return new PascalVoc(folder, drawnOn).boxes(test);
  }

  TrainAndTest segmentation(DrawnOn drawnOn) {
    return TrainAndTest.ofVoc(folder, train, test, drawnOn);
  }
}
