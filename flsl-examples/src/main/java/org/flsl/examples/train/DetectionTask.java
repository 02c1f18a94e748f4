package org.flsl.examples.train;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.flsl.downstream.detection.DetectorExport;
import org.flsl.evaluation.data.BoxSet;
import org.flsl.evaluation.data.ClassNames;
import org.flsl.evaluation.data.DrawnOn;
import org.flsl.evaluation.data.ImageSize;
import org.flsl.evaluation.data.PascalVoc;
import org.flsl.evaluation.data.TextBoxes;
import org.flsl.examples.command.Terminal;
import org.flsl.examples.command.UserError;
import org.flsl.examples.eval.CocoOptions;
import org.flsl.examples.run.MetricColumns;
import org.flsl.examples.run.RunKind;
import org.flsl.examples.settings.Config;
import org.flsl.examples.settings.Setting;
import org.flsl.views.decode.ImageDecoder;

/** {@code flsl train detection}: objects and the boxes around them. */
final class DetectionTask implements Task {
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

  private static final List<Setting<Path>> PLACES =
      List.of(
          LabelSettings.VOC,
          LabelSettings.COCO,
          LabelSettings.TEST_COCO,
          YOLO,
          TEST_YOLO,
          VISDRONE,
          TEST_VISDRONE,
          UAVDT,
          TEST_UAVDT);

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

  @Override
  public RunKind kind() {
    return KIND;
  }

  @Override
  public String summary() {
    return "Teaches a backbone to find objects and the boxes around them.";
  }

  @Override
  public Path images(Config config) {
    return LabelSettings.images(config, EXPECTED);
  }

  @Override
  public TaskData open(Config config, ImageDecoder decoder, Terminal terminal) {
    return DetectionData.of(stored(config), false, decoder, terminal);
  }

  @Override
  public void onnx(
      ComputationGraph graph, ImageSize size, Map<String, String> metadata, OutputStream out)
      throws IOException {
    DetectorExport.onnx(graph, size, metadata, out);
  }

  /** To learn from, and to test on. */
  private static List<BoxSet> stored(Config config) {
    DrawnOn drawnOn = config.get(LabelSettings.DRAWN_ON);
    if (config.get(LabelSettings.VOC) != null) {
      List<Setting<Path>> others = new ArrayList<>(PLACES);
      others.addAll(List.of(LabelSettings.IMAGES, LabelSettings.TEST_IMAGES));
      LabelSettings.alone(config, LabelSettings.VOC, others);
      PascalVoc voc = new PascalVoc(config.get(LabelSettings.VOC), drawnOn);
      return List.of(
          voc.boxes(config.get(LabelSettings.TRAIN)), voc.boxes(config.get(LabelSettings.TEST)));
    }
    if (config.get(LabelSettings.COCO) != null) {
      boolean skip = config.get(LabelSettings.SKIP_MISSING);
      return both(
          config,
          LabelSettings.COCO,
          LabelSettings.TEST_COCO,
          (images, labels) -> CocoOptions.read(labels, images, skip, drawnOn).boxes());
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

  /** Reads a set. */
  private interface Reader {
    BoxSet read(Path images, Path labels);
  }

  private static List<BoxSet> both(
      Config config, Setting<Path> train, Setting<Path> test, Reader reader) {
    LabelSettings.alone(
        config, train, PLACES.stream().filter(place -> !place.equals(test)).toList());
    Path images = required(config, LabelSettings.IMAGES);
    Path labels = required(config, train);
    Path testImages = required(config, LabelSettings.TEST_IMAGES);
    Path testLabels = required(config, test);
    return List.of(reader.read(images, labels), reader.read(testImages, testLabels));
  }

  private static Path required(Config config, Setting<Path> setting) {
    return LabelSettings.required(config, setting, EXPECTED);
  }
}
