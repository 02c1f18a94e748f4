package org.flsl.examples.train;

import java.util.List;
import org.flsl.examples.run.MetricColumns;
import org.flsl.examples.run.RunKind;

/** {@code flsl train instances}: objects, the boxes around them, and their pixels. */
final class InstanceTask extends ObjectTask {
  private static final String EXPECTED =
      "--voc FOLDER with SegmentationObject, or --images, --coco, --test-images and --test-coco";

  private static final RunKind KIND =
      new RunKind(
          TrainSettings.schema(
              "train instances",
              List.of(
                  LabelSettings.IMAGES,
                  LabelSettings.TEST_IMAGES,
                  LabelSettings.COCO,
                  LabelSettings.TEST_COCO,
                  LabelSettings.SKIP_MISSING,
                  LabelSettings.VOC,
                  LabelSettings.TRAIN,
                  LabelSettings.TEST,
                  LabelSettings.DRAWN_ON),
              List.of()),
          "training of instance masks",
          "instances",
          new MetricColumns(List.of(), List.of("learning_rate")));

  InstanceTask() {
    super(KIND, true, EXPECTED, List.of());
  }

  @Override
  public String summary() {
    return "Teaches a backbone to find objects and the pixels of each.";
  }
}
