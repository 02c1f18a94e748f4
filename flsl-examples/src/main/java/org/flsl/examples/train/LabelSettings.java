package org.flsl.examples.train;

import java.nio.file.Path;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.flsl.evaluation.data.DrawnOn;
import org.flsl.evaluation.data.LabelledImages;
import org.flsl.examples.command.Terminal;
import org.flsl.examples.command.UserError;
import org.flsl.examples.run.RunSettings;
import org.flsl.examples.settings.Config;
import org.flsl.examples.settings.Kind;
import org.flsl.examples.settings.Setting;
import org.flsl.examples.settings.Setting.Section;

/** Where labelled images are: the settings that tasks have in common. */
final class LabelSettings {
  static final Setting<Path> IMAGES =
      path(
          RunSettings.IMAGES.name(),
          "FOLDER",
          "Images to learn from; another setting says where their labels are.");
  static final Setting<Path> TEST_IMAGES =
      path("test-images", "FOLDER", "Images to test on, once, at the end.");
  static final Setting<Path> COCO = path("coco", "JSON", "COCO's annotations of images.");
  static final Setting<Path> TEST_COCO =
      path("test-coco", "JSON", "COCO's annotations of test-images.");
  static final Setting<Boolean> SKIP_MISSING =
      Setting.of(
          Section.DATA,
          "skip-missing",
          Kind.yesOrNo(),
          false,
          "Leave out images that COCO's annotations list and the folder does not hold.");
  static final Setting<Path> VOC =
      path(
          "voc",
          "FOLDER",
          "A folder laid out like PASCAL VOC, such as VOCdevkit/VOC2012, in place of images and"
              + " test-images.");
  static final Setting<String> TRAIN =
      Setting.of(
          Section.DATA,
          "train",
          Kind.name("LIST"),
          "train",
          "VOC's images to learn from, a list in ImageSets or in the folder itself.");
  static final Setting<String> TEST =
      Setting.of(Section.DATA, "test", Kind.name("LIST"), "val", "VOC's images to test on.");
  static final Setting<DrawnOn> DRAWN_ON =
      Setting.of(
          Section.DATA,
          "drawn-on",
          Kind.choice(DrawnOn.class),
          DrawnOn.UNKNOWN,
          "What labels of photos with an EXIF orientation were drawn on, where sizes do not tell.");

  private LabelSettings() {}

  static Setting<Path> path(String name, String label, String description) {
    return Setting.practical(Section.DATA, name, Kind.path(label), null, description);
  }

  /**
   * Refuses other settings that say where labels are.
   *
   * @throws UserError if one of them has a value
   */
  static void alone(Config config, Setting<?> one, List<Setting<Path>> others) {
    others.stream()
        .filter(setting -> !setting.equals(one) && config.get(setting) != null)
        .findFirst()
        .ifPresent(
            other -> {
              throw new UserError(
                  "--%s and --%s both say where the labels are: keep one of them"
                      .formatted(one, other));
            });
  }

  /**
   * The folder of the images to learn from: laid out like VOC, or any.
   *
   * @param expected what has to be named together
   */
  static Path images(Config config, String expected) {
    Path voc = config.get(VOC);
    return voc == null ? required(config, IMAGES, expected) : voc;
  }

  /**
   * Warns of images that are tested on and learned from: of one folder, those of one name are the
   * same.
   */
  static void warnOfTrainedTests(Config config, SplitData<?> data, Terminal terminal) {
    Path images = config.get(IMAGES);
    Path testImages = config.get(TEST_IMAGES);
    boolean oneFolder =
        config.get(VOC) != null
            || images.toAbsolutePath().normalize().equals(testImages.toAbsolutePath().normalize());
    if (!oneFolder) {
      return;
    }
    Set<String> learned = names(data.train);
    List<String> again = names(data.test).stream().filter(learned::contains).toList();
    if (!again.isEmpty()) {
      terminal.warn(
          "images to test on that are learned from as well: %d of %d, such as %s; the test says little of others: name others with --%s"
              .formatted(
                  again.size(),
                  data.test.size(),
                  again.get(0),
                  config.get(VOC) != null ? TEST : TEST_IMAGES));
    }
  }

  private static Set<String> names(LabelledImages images) {
    return IntStream.range(0, images.size())
        .mapToObj(images::name)
        .collect(Collectors.toCollection(LinkedHashSet::new));
  }

  /**
   * A folder or file that has to be named.
   *
   * @param expected what has to be named together
   */
  static Path required(Config config, Setting<Path> setting, String expected) {
    Path path = config.get(setting);
    if (path == null) {
      throw new UserError("--%s is missing: labels are %s".formatted(setting, expected));
    }
    return path;
  }
}
