package org.flsl.examples.train;

import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import org.flsl.evaluation.data.DrawnOn;
import org.flsl.evaluation.data.ReadableImages;
import org.flsl.examples.command.Problems;
import org.flsl.examples.command.Terminal;
import org.flsl.examples.eval.CocoOptions;
import org.flsl.examples.eval.TrainAndTest;
import org.flsl.examples.eval.TrainAndTest.Labelled;
import org.flsl.examples.run.MetricColumns;
import org.flsl.examples.run.RunKind;
import org.flsl.examples.settings.Config;
import org.flsl.examples.settings.Kind;
import org.flsl.examples.settings.Setting;
import org.flsl.examples.settings.Setting.Section;
import org.flsl.views.decode.ImageDecoder;

/** {@code flsl train segmentation}: the class of every pixel. */
final class SegmentationTask implements Task {
  private static final String EXPECTED =
      "--voc FOLDER, or --images, --masks, --test-images and --test-masks, or --images, --coco,"
          + " --test-images and --test-coco";
  private static final Setting<Path> MASKS =
      LabelSettings.path(
          "masks",
          "FOLDER",
          "Masks of images: PNGs of the same names, indexed or grey; RGB with colours.");
  private static final Setting<Path> TEST_MASKS =
      LabelSettings.path("test-masks", "FOLDER", "Their masks.");
  private static final Setting<Path> COLOURS =
      LabelSettings.path(
          "colours",
          "FILE",
          "For RGB masks: a text file with a line for each class, such as: 128 64 128 road.");
  private static final Setting<List<Integer>> IGNORE =
      Setting.of(
          Section.DATA,
          "ignore",
          Kind.labels(),
          List.of(255),
          "Labels of masks that do not count.");
  static final Setting<Double> BALANCE =
      Setting.of(
          Section.OBJECTIVE,
          "balance",
          Kind.number(0, 1),
          0.0,
          "How much rare classes weigh in the loss: their share of the pixels to the power of minus"
              + " this.");

  private static final RunKind KIND =
      new RunKind(
          TrainSettings.schema(
              "train segmentation",
              List.of(
                  LabelSettings.IMAGES,
                  MASKS,
                  LabelSettings.TEST_IMAGES,
                  TEST_MASKS,
                  COLOURS,
                  IGNORE,
                  LabelSettings.COCO,
                  LabelSettings.TEST_COCO,
                  LabelSettings.SKIP_MISSING,
                  LabelSettings.VOC,
                  LabelSettings.TRAIN,
                  LabelSettings.TEST,
                  LabelSettings.DRAWN_ON),
              List.of(BALANCE)),
          "training of a segmentation",
          "segmenter",
          new MetricColumns(List.of(), List.of("learning_rate")));

  @Override
  public RunKind kind() {
    return KIND;
  }

  @Override
  public String summary() {
    return "Teaches a backbone the class of every pixel.";
  }

  @Override
  public Path images(Config config) {
    return LabelSettings.images(config, EXPECTED);
  }

  @Override
  public TaskData open(Config config, ImageDecoder decoder, Terminal terminal) {
    ReadableImages readable = new ReadableImages(decoder);
    TrainAndTest all = stored(config).readable(readable);
    Problems.tell(readable, terminal);
    SegmentationData data = SegmentationData.of(all.checked(decoder, terminal));
    LabelSettings.warnOfTrainedTests(config, data, terminal);
    return data;
  }

  private static TrainAndTest stored(Config config) {
    DrawnOn drawnOn = config.get(LabelSettings.DRAWN_ON);
    if (config.get(LabelSettings.VOC) != null) {
      LabelSettings.alone(
          config,
          LabelSettings.VOC,
          List.of(
              LabelSettings.IMAGES,
              MASKS,
              LabelSettings.TEST_IMAGES,
              TEST_MASKS,
              LabelSettings.COCO,
              LabelSettings.TEST_COCO));
      return TrainAndTest.ofVoc(
          config.get(LabelSettings.VOC),
          config.get(LabelSettings.TRAIN),
          config.get(LabelSettings.TEST),
          drawnOn);
    }
    Path images = required(config, LabelSettings.IMAGES);
    Path testImages = required(config, LabelSettings.TEST_IMAGES);
    if (config.get(LabelSettings.COCO) != null) {
      LabelSettings.alone(config, LabelSettings.COCO, List.of(MASKS, TEST_MASKS));
      boolean skip = config.get(LabelSettings.SKIP_MISSING);
      return new TrainAndTest(
          CocoOptions.read(config.get(LabelSettings.COCO), images, skip, drawnOn).segmentation(),
          CocoOptions.read(required(config, LabelSettings.TEST_COCO), testImages, skip, drawnOn)
              .segmentation());
    }
    return TrainAndTest.ofMasks(
        new Labelled(images, required(config, MASKS)),
        new Labelled(testImages, required(config, TEST_MASKS)),
        config.get(COLOURS),
        Set.copyOf(config.get(IGNORE)),
        drawnOn);
  }

  private static Path required(Config config, Setting<Path> setting) {
    return LabelSettings.required(config, setting, EXPECTED);
  }
}
