package org.flsl.examples.eval;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.flsl.evaluation.Measured;
import org.flsl.evaluation.data.BoxSet;
import org.flsl.evaluation.data.CocoInstances;
import org.flsl.evaluation.data.DrawnOn;
import org.flsl.evaluation.data.PascalVoc;
import org.flsl.evaluation.detection.CocoPredictions;
import org.flsl.evaluation.detection.CocoScores;
import org.flsl.evaluation.detection.JudgedImage;
import org.flsl.evaluation.detection.VocScores;
import org.flsl.examples.command.Surroundings;
import org.flsl.examples.command.UserError;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/**
 * {@code flsl eval detection} and {@code flsl eval instances}: how good are boxes, or masks, that
 * were found?
 */
@Command(sortOptions = false, showDefaultValues = true)
final class EvalDetections extends Measurement {
  private static final String ALL = "all classes";

  private final boolean masks;

  @Option(
      names = "--truth",
      required = true,
      paramLabel = "JSON|FOLDER",
      description =
          "COCO's annotations of the images, such as instances_val2017.json, or a folder laid out"
              + " like PASCAL VOC.")
  private Path truth;

  @Option(
      names = "--test",
      paramLabel = "LIST",
      description =
          "Of PASCAL VOC: the images to judge; a list in ImageSets/Main for boxes, in"
              + " ImageSets/Segmentation for masks.",
      defaultValue = "val")
  private String test;

  @Option(
      names = "--images",
      paramLabel = "FOLDER",
      description =
          "Of COCO: the photos, where some have an EXIF orientation: labels are turned as in"
              + " training.")
  private Path photos;

  @Mixin private DrawnOnOption drawnOn;

  @Option(
      names = "--predictions",
      required = true,
      paramLabel = "JSON",
      description = "What was found: COCO's list of results, or the json that flsl predict writes.")
  private Path predictions;

  private EvalDetections(Surroundings surroundings, boolean masks) {
    super(surroundings);
    this.masks = masks;
  }

  /** Of boxes. */
  static CommandLine detection(Surroundings surroundings) {
    return commandLine(
        new EvalDetections(surroundings, false),
        "detection",
        "How good are boxes that were found?");
  }

  /** Of masks. */
  static CommandLine instances(Surroundings surroundings) {
    return commandLine(
        new EvalDetections(surroundings, true), "instances", "How good are masks that were found?");
  }

  private static CommandLine commandLine(EvalDetections command, String name, String question) {
    CommandLine line = new CommandLine(command);
    line.getCommandSpec()
        .name(name)
        .usageMessage()
        .description(
            question,
            "COCO's average precision and recall, the same numbers as pycocotools', and PASCAL VOC's"
                + " average precision at an overlap of 0.5, over all classes and for each.");
    return line;
  }

  @Override
  List<Measured> measure() {
    CocoPredictions found = CocoPredictions.read(predictions);
    List<JudgedImage> images;
    List<String> classes;
    boolean voc = Files.isDirectory(truth);
    if (voc || photos != null) {
      BoxSet objects = voc ? voc() : coco();
      images = masks ? found.masks(objects) : found.boxes(objects);
      classes = objects.classes();
    } else {
      if (drawnOn.get() != DrawnOn.UNKNOWN) {
        throw new UserError(
            "--drawn-on is for photos that are looked at: name their folder with --images");
      }
      CocoInstances objects = CocoInstances.read(truth, truth.toAbsolutePath().getParent());
      images = masks ? found.masks(objects) : found.boxes(objects);
      classes = List.copyOf(objects.categories().values());
    }
    terminal()
        .plain(
            "%s that were found: %,d, in images of %s: %,d, classes: %d"
                .formatted(
                    masks ? "masks" : "boxes",
                    images.stream().mapToInt(image -> image.found().size()).sum(),
                    truth,
                    images.size(),
                    classes.size()));
    CocoScores coco = CocoScores.of(images, classes.size());
    VocScores pascal = VocScores.of(images, classes.size());
    List<Measured> results = new ArrayList<>();
    coco.summary().forEach((name, value) -> results.add(one(name, ALL, value)));
    results.add(one("VOC AP", ALL, VocScores.mean(pascal.area())));
    results.add(one("VOC2007 AP", ALL, VocScores.mean(pascal.elevenPoints())));
    for (int i = 0; i < classes.size(); i++) {
      results.add(one("AP", classes.get(i), coco.ap(i)));
      results.add(one("AP50", classes.get(i), coco.ap50(i)));
      results.add(one("VOC AP", classes.get(i), pascal.area().get(i)));
      results.add(one("VOC2007 AP", classes.get(i), pascal.elevenPoints().get(i)));
    }
    // Of sizes and classes that do not occur nothing can be said.
    results.removeIf(result -> Double.isNaN(result.mean()));
    return results;
  }

  private BoxSet voc() {
    PascalVoc voc = new PascalVoc(truth, drawnOn.get());
    return masks ? voc.instances(test) : voc.boxes(test);
  }

  private BoxSet coco() {
    CocoInstances coco = CocoInstances.read(truth, photos, drawnOn.get());
    return masks ? coco.instances() : coco.boxes();
  }

  private static Measured one(String measure, String classes, double value) {
    return new Measured(measure, classes, List.of(value));
  }
}
