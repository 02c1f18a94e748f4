package org.flsl.examples.train;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.flsl.downstream.detection.DetectorExport;
import org.flsl.evaluation.data.BoxSet;
import org.flsl.evaluation.data.DrawnOn;
import org.flsl.evaluation.data.ImageSize;
import org.flsl.evaluation.data.PascalVoc;
import org.flsl.examples.command.Terminal;
import org.flsl.examples.eval.CocoOptions;
import org.flsl.examples.run.MetricColumns;
import org.flsl.examples.run.RunKind;
import org.flsl.examples.settings.Config;
import org.flsl.examples.settings.Setting;
import org.flsl.views.decode.ImageDecoder;

/** {@code flsl train instances}: objects, the boxes around them, and their pixels. */
final class InstanceTask implements Task {
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

  @Override
  public RunKind kind() {
    return KIND;
  }

  @Override
  public String summary() {
    return "Teaches a backbone to find objects and the pixels of each.";
  }

  @Override
  public Path images(Config config) {
    return LabelSettings.images(config, EXPECTED);
  }

  @Override
  public TaskData open(Config config, ImageDecoder decoder, Terminal terminal) {
    return DetectionData.of(stored(config), true, decoder, terminal);
  }

  @Override
  public void onnx(
      ComputationGraph graph, ImageSize size, Map<String, String> metadata, OutputStream out)
      throws IOException {
    DetectorExport.onnx(graph, size, metadata, out);
  }

  private static List<BoxSet> stored(Config config) {
    DrawnOn drawnOn = config.get(LabelSettings.DRAWN_ON);
    if (config.get(LabelSettings.VOC) != null) {
      LabelSettings.alone(
          config,
          LabelSettings.VOC,
          List.of(
              LabelSettings.IMAGES,
              LabelSettings.TEST_IMAGES,
              LabelSettings.COCO,
              LabelSettings.TEST_COCO));
      PascalVoc voc = new PascalVoc(config.get(LabelSettings.VOC), drawnOn);
      return List.of(
          voc.instances(config.get(LabelSettings.TRAIN)),
          voc.instances(config.get(LabelSettings.TEST)));
    }
    boolean skip = config.get(LabelSettings.SKIP_MISSING);
    Path images = required(config, LabelSettings.IMAGES);
    Path labels = required(config, LabelSettings.COCO);
    Path testImages = required(config, LabelSettings.TEST_IMAGES);
    Path testLabels = required(config, LabelSettings.TEST_COCO);
    return List.of(
        CocoOptions.read(labels, images, skip, drawnOn).instances(),
        CocoOptions.read(testLabels, testImages, skip, drawnOn).instances());
  }

  private static Path required(Config config, Setting<Path> setting) {
    return LabelSettings.required(config, setting, EXPECTED);
  }
}
