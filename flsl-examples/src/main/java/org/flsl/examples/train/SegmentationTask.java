package org.flsl.examples.train;

import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.flsl.evaluation.data.DrawnOn;
import org.flsl.evaluation.data.ReadableImages;
import org.flsl.examples.command.Terminal;
import org.flsl.examples.command.UserError;
import org.flsl.examples.eval.CocoOptions;
import org.flsl.examples.eval.TrainAndTest;
import org.flsl.examples.eval.TrainAndTest.Labelled;
import org.flsl.examples.run.MetricColumns;
import org.flsl.examples.run.RunKind;
import org.flsl.examples.run.RunSettings;
import org.flsl.examples.settings.Config;
import org.flsl.examples.settings.Kind;
import org.flsl.examples.settings.Setting;
import org.flsl.examples.settings.Setting.Section;
import org.flsl.views.decode.ImageDecoder;

/** {@code flsl train segmentation}: the class of every pixel. */
final class SegmentationTask implements Task {
  private static final Setting<Path> IMAGES =
      path(
          RunSettings.IMAGES.name(),
          "FOLDER",
          "Images to learn from; their labels are in masks or coco.");
  private static final Setting<Path> MASKS =
      path(
          "masks",
          "FOLDER",
          "Masks of images: PNGs of the same names, indexed or grey; RGB with colours.");
  private static final Setting<Path> TEST_IMAGES =
      path("test-images", "FOLDER", "Images to validate on.");
  private static final Setting<Path> TEST_MASKS = path("test-masks", "FOLDER", "Their masks.");
  private static final Setting<Path> COLOURS =
      path(
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
  private static final Setting<Path> COCO =
      path("coco", "JSON", "COCO's annotations of images, in place of masks.");
  private static final Setting<Path> TEST_COCO =
      path("test-coco", "JSON", "COCO's annotations of test-images.");
  private static final Setting<Boolean> SKIP_MISSING =
      Setting.of(
          Section.DATA,
          "skip-missing",
          Kind.yesOrNo(),
          false,
          "Leave out images that COCO's annotations list and the folder does not hold.");
  private static final Setting<Path> VOC =
      path(
          "voc",
          "FOLDER",
          "A folder laid out like PASCAL VOC, such as VOCdevkit/VOC2012, in place of images and"
              + " masks.");
  private static final Setting<String> TRAIN =
      Setting.of(
          Section.DATA,
          "train",
          Kind.name("LIST"),
          "train",
          "VOC's images to learn from, a list in ImageSets/Segmentation.");
  private static final Setting<String> TEST =
      Setting.of(Section.DATA, "test", Kind.name("LIST"), "val", "VOC's images to validate on.");
  private static final Setting<DrawnOn> DRAWN_ON =
      Setting.of(
          Section.DATA,
          "drawn-on",
          Kind.choice(DrawnOn.class),
          DrawnOn.UNKNOWN,
          "What masks of photos with an EXIF orientation were drawn on, where their size does not"
              + " tell.");
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
                  IMAGES,
                  MASKS,
                  TEST_IMAGES,
                  TEST_MASKS,
                  COLOURS,
                  IGNORE,
                  COCO,
                  TEST_COCO,
                  SKIP_MISSING,
                  VOC,
                  TRAIN,
                  TEST,
                  DRAWN_ON),
              List.of(BALANCE)),
          "training of a segmentation",
          "segmenter",
          new MetricColumns(List.of(), List.of("learning_rate")));

  private static Setting<Path> path(String name, String label, String description) {
    return Setting.practical(Section.DATA, name, Kind.path(label), null, description);
  }

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
    Path voc = config.get(VOC);
    return voc == null ? required(config, IMAGES) : voc;
  }

  @Override
  public TaskData open(Config config, ImageDecoder decoder, Terminal terminal) {
    ReadableImages readable = new ReadableImages(decoder);
    TrainAndTest all = stored(config).readable(readable);
    readable.problems().forEach(problem -> terminal.warn(problem + "; it is left out"));
    if (!readable.leftOut().isEmpty()) {
      terminal.plain("left out: " + readable.leftOut());
    }
    return SegmentationData.of(all.checked(decoder, terminal));
  }

  private static TrainAndTest stored(Config config) {
    DrawnOn drawnOn = config.get(DRAWN_ON);
    if (config.get(VOC) != null) {
      Stream.of(IMAGES, MASKS, TEST_IMAGES, TEST_MASKS, COCO, TEST_COCO)
          .filter(setting -> config.get(setting) != null)
          .findFirst()
          .ifPresent(setting -> contradict(VOC, setting));
      return TrainAndTest.ofVoc(config.get(VOC), config.get(TRAIN), config.get(TEST), drawnOn);
    }
    Path images = required(config, IMAGES);
    Path testImages = required(config, TEST_IMAGES);
    if (config.get(COCO) != null) {
      Stream.of(MASKS, TEST_MASKS)
          .filter(setting -> config.get(setting) != null)
          .findFirst()
          .ifPresent(setting -> contradict(COCO, setting));
      boolean skip = config.get(SKIP_MISSING);
      return new TrainAndTest(
          CocoOptions.read(config.get(COCO), images, skip, drawnOn).segmentation(),
          CocoOptions.read(required(config, TEST_COCO), testImages, skip, drawnOn).segmentation());
    }
    return TrainAndTest.ofMasks(
        new Labelled(images, required(config, MASKS)),
        new Labelled(testImages, required(config, TEST_MASKS)),
        config.get(COLOURS),
        Set.copyOf(config.get(IGNORE)),
        drawnOn);
  }

  private static void contradict(Setting<?> one, Setting<?> other) {
    throw new UserError(
        "--%s and --%s both say where the labels are: keep one of them".formatted(one, other));
  }

  private static Path required(Config config, Setting<Path> setting) {
    Path path = config.get(setting);
    if (path == null) {
      throw new UserError(
          ("--%s is missing: labels are --voc FOLDER, or --images, --masks, --test-images and"
                  + " --test-masks, or --images, --coco, --test-images and --test-coco")
              .formatted(setting));
    }
    return path;
  }
}
