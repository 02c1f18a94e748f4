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
import org.flsl.evaluation.data.CocoInstances;
import org.flsl.evaluation.data.DrawnOn;
import org.flsl.evaluation.data.ImageSize;
import org.flsl.evaluation.data.PascalVoc;
import org.flsl.examples.command.Terminal;
import org.flsl.examples.eval.CocoOptions;
import org.flsl.examples.run.RunKind;
import org.flsl.examples.settings.Config;
import org.flsl.examples.settings.Setting;
import org.flsl.views.decode.ImageDecoder;

/** Finding objects: labels of VOC and COCO, and what else a task reads. */
abstract class ObjectTask implements Task {
  private final RunKind kind;
  private final boolean masks;
  private final String expected;
  private final List<Setting<Path>> labels;

  /**
   * A task.
   *
   * @param masks whether the pixels of objects are learned as well
   * @param expected what has to be named together, for messages
   * @param labels settings that say where labels are, beside VOC's and COCO's
   */
  ObjectTask(RunKind kind, boolean masks, String expected, List<Setting<Path>> labels) {
    this.kind = kind;
    this.masks = masks;
    this.expected = expected;
    this.labels = new ArrayList<>(List.of(LabelSettings.COCO, LabelSettings.TEST_COCO));
    this.labels.addAll(labels);
  }

  @Override
  public final RunKind kind() {
    return kind;
  }

  @Override
  public final Path images(Config config) {
    return LabelSettings.images(config, expected);
  }

  @Override
  public final TaskData open(Config config, ImageDecoder decoder, Terminal terminal) {
    DrawnOn drawnOn = config.get(LabelSettings.DRAWN_ON);
    List<BoxSet> stored =
        config.get(LabelSettings.VOC) == null ? beside(config, drawnOn) : voc(config, drawnOn);
    DetectionData data =
        DetectionData.of(stored, masks, config.get(TrainSettings.SIZE), decoder, terminal);
    LabelSettings.warnOfTrainedTests(config, data, terminal);
    return data;
  }

  @Override
  public final void onnx(
      ComputationGraph graph, ImageSize size, Map<String, String> metadata, OutputStream out)
      throws IOException {
    DetectorExport.onnx(graph, size, metadata, out);
  }

  private List<BoxSet> voc(Config config, DrawnOn drawnOn) {
    List<Setting<Path>> others =
        new ArrayList<>(List.of(LabelSettings.IMAGES, LabelSettings.TEST_IMAGES));
    others.addAll(labels);
    LabelSettings.alone(config, LabelSettings.VOC, others);
    PascalVoc voc = new PascalVoc(config.get(LabelSettings.VOC), drawnOn);
    return List.of(
        voc(voc, config.get(LabelSettings.TRAIN)), voc(voc, config.get(LabelSettings.TEST)));
  }

  private BoxSet voc(PascalVoc voc, String list) {
    return masks ? voc.instances(list) : voc.boxes(list);
  }

  /**
   * Labels that lie beside images, to learn from and to test on: COCO's, unless a task knows more.
   */
  List<BoxSet> beside(Config config, DrawnOn drawnOn) {
    boolean skip = config.get(LabelSettings.SKIP_MISSING);
    return both(
        config,
        LabelSettings.COCO,
        LabelSettings.TEST_COCO,
        (images, annotations) -> {
          CocoInstances coco = CocoOptions.read(annotations, images, skip, drawnOn);
          return masks ? coco.instances() : coco.boxes();
        });
  }

  /** Reads a set. */
  interface Reader {
    BoxSet read(Path images, Path labels);
  }

  final List<BoxSet> both(Config config, Setting<Path> train, Setting<Path> test, Reader reader) {
    LabelSettings.alone(
        config, train, labels.stream().filter(place -> !place.equals(test)).toList());
    Path images = required(config, LabelSettings.IMAGES);
    Path found = required(config, train);
    Path testImages = required(config, LabelSettings.TEST_IMAGES);
    Path testFound = required(config, test);
    return List.of(reader.read(images, found), reader.read(testImages, testFound));
  }

  private Path required(Config config, Setting<Path> setting) {
    return LabelSettings.required(config, setting, expected);
  }
}
