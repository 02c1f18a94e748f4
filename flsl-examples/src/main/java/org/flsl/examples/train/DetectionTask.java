package org.flsl.examples.train;

import java.nio.file.Path;
import java.util.List;
import org.flsl.evaluation.data.BoxSet;
import org.flsl.evaluation.data.ClassNames;
import org.flsl.evaluation.data.DrawnOn;
import org.flsl.evaluation.data.TextBoxes;
import org.flsl.examples.command.UserError;
import org.flsl.examples.run.MetricColumns;
import org.flsl.examples.run.RunKind;
import org.flsl.examples.settings.Config;
import org.flsl.examples.settings.Setting;

/** {@code flsl train detection}: objects and the boxes around them. */
final class DetectionTask extends ObjectTask {
  private static final String EXPECTED =
      "--voc FOLDER, or --images and --test-images with one of --coco and --test-coco, --yolo and"
          + " --test-yolo, --visdrone and --test-visdrone, --uavdt and --test-uavdt";

  private static final Setting<Path> YOLO =
      LabelSettings.path(
          "yolo", "FOLDER", "Text files of YOLO for images, with the same names; see class-names.");
  private static final Setting<Path> TEST_YOLO =
      LabelSettings.path("test-yolo", "FOLDER", "Text files of YOLO for test-images.");
  private static final Setting<Path> CLASS_NAMES =
      LabelSettings.path(
          "class-names",
          "FILE",
          "For YOLO: a text file with the name of a class in each line, or YOLO's yaml.");
  private static final Setting<Path> VISDRONE =
      LabelSettings.path("visdrone", "FOLDER", "VisDrone's annotations of images.");
  private static final Setting<Path> TEST_VISDRONE =
      LabelSettings.path("test-visdrone", "FOLDER", "VisDrone's annotations of test-images.");
  private static final Setting<Path> UAVDT =
      LabelSettings.path(
          "uavdt", "FOLDER", "UAVDT's annotations, NAME_gt_whole.txt, of sequences in images.");
  private static final Setting<Path> TEST_UAVDT =
      LabelSettings.path(
          "test-uavdt", "FOLDER", "UAVDT's annotations of sequences in test-images.");

  private static final RunKind KIND =
      new RunKind(
          TrainSettings.schema(
              "train detection",
              List.of(
                  LabelSettings.IMAGES,
                  LabelSettings.TEST_IMAGES,
                  LabelSettings.VOC,
                  LabelSettings.TRAIN,
                  LabelSettings.TEST,
                  LabelSettings.COCO,
                  LabelSettings.TEST_COCO,
                  LabelSettings.SKIP_MISSING,
                  YOLO,
                  TEST_YOLO,
                  CLASS_NAMES,
                  VISDRONE,
                  TEST_VISDRONE,
                  UAVDT,
                  TEST_UAVDT,
                  LabelSettings.DRAWN_ON),
              List.of()),
          "training of a detector",
          "detector",
          new MetricColumns(List.of(), List.of("learning_rate")));

  DetectionTask() {
    super(
        KIND,
        false,
        EXPECTED,
        List.of(YOLO, TEST_YOLO, VISDRONE, TEST_VISDRONE, UAVDT, TEST_UAVDT));
  }

  @Override
  public String summary() {
    return "Teaches a backbone to find objects and the boxes around them.";
  }

  @Override
  List<BoxSet> beside(Config config, DrawnOn drawnOn) {
    if (config.get(LabelSettings.COCO) != null) {
      return super.beside(config, drawnOn);
    }
    if (config.get(YOLO) != null) {
      Path names = config.get(CLASS_NAMES);
      if (names == null) {
        throw new UserError(
            "--class-names is missing: YOLO's labels are numbers; name a file with a class in each"
                + " line, or YOLO's yaml");
      }
      List<String> classes = ClassNames.read(names);
      return both(
          config,
          YOLO,
          TEST_YOLO,
          (images, labels) -> TextBoxes.yolo(images, labels, classes, drawnOn));
    }
    if (config.get(VISDRONE) != null) {
      return both(
          config,
          VISDRONE,
          TEST_VISDRONE,
          (images, labels) -> TextBoxes.visDrone(images, labels, drawnOn));
    }
    return both(
        config, UAVDT, TEST_UAVDT, (images, labels) -> TextBoxes.uavdt(images, labels, drawnOn));
  }
}
