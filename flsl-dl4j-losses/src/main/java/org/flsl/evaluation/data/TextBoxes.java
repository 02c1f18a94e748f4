package org.flsl.evaluation.data;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.IntPredicate;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.flsl.views.FileNames;
import org.flsl.views.ImageFolder;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Boxes in text files: those of YOLO, VisDrone and UAVDT.
 *
 * <p>An image without labels is one without objects. Lines that are no boxes, classes that have no
 * name, and files of labels that belong to no image are counted in warnings.
 */
public final class TextBoxes {
  private static final Logger LOG = LoggerFactory.getLogger(TextBoxes.class);

  /** VisDrone's classes, from 1; 0 are regions that are ignored, 11 others. */
  private static final List<String> VISDRONE =
      List.of(
          "pedestrian",
          "people",
          "bicycle",
          "car",
          "van",
          "truck",
          "tricycle",
          "awning-tricycle",
          "bus",
          "motor");

  private static final List<String> UAVDT = List.of("car", "truck", "bus");

  /** Numbers in a line of YOLO: a class and a box. */
  private static final int BOX = 5;

  /** A class and the corners of a triangle. */
  private static final int LEAST_OUTLINE = 7;

  private final Path labels;
  private final ImageFolder folder;
  private final List<String> classes;
  private final Turns turns;
  private final List<List<RawBox>> boxes = new ArrayList<>();
  private final Unusable unnamed = new Unusable();
  private int objects;

  private TextBoxes(Path images, Path labels, List<String> classes, DrawnOn drawnOn) {
    this.labels = labels;
    this.folder = ImageFolder.scan(images);
    this.classes = classes;
    this.turns = Turns.of(folder.paths(), i -> Optional.empty(), drawnOn);
    for (int i = 0; i < folder.size(); i++) {
      boxes.add(new ArrayList<>());
    }
  }

  /**
   * YOLO's: {@code labels/a/1.txt} belongs to {@code images/a/1.jpg}, a line is {@code class x y
   * width height}, the middle and the size as shares of the image's; of outlines, {@code class x1
   * y1 x2 y2 x3 y3 …}, the box around them is taken. Lines of other numbers, such as those with a
   * score, are none.
   *
   * @param classes names of the classes, in the order of their numbers
   * @throws DatasetException if there is no box
   */
  public static BoxSet yolo(Path images, Path labels, List<String> classes, DrawnOn drawnOn) {
    TextBoxes text = new TextBoxes(images, labels, classes, drawnOn);
    text.readEach(
        numbers -> numbers == BOX || numbers >= LEAST_OUTLINE && numbers % 2 == 1,
        (image, line) -> {
          ImageSize size = text.turns.drawn(image).orElse(new ImageSize(1, 1));
          return text.named((int) line[0], 0, yoloBox(line), size);
        });
    return text.set();
  }

  /** Left, top, right and bottom, as shares of the image. */
  private static double[] yoloBox(double[] line) {
    if (line.length == BOX) {
      return new double[] {
        line[1] - line[3] / 2, line[2] - line[4] / 2, line[1] + line[3] / 2, line[2] + line[4] / 2
      };
    }
    double[] box = {
      Double.POSITIVE_INFINITY,
      Double.POSITIVE_INFINITY,
      Double.NEGATIVE_INFINITY,
      Double.NEGATIVE_INFINITY
    };
    for (int i = 1; i + 1 < line.length; i += 2) {
      box[0] = Math.min(box[0], line[i]);
      box[1] = Math.min(box[1], line[i + 1]);
      box[2] = Math.max(box[2], line[i]);
      box[3] = Math.max(box[3], line[i + 1]);
    }
    return box;
  }

  /**
   * VisDrone's of single images: {@code annotations/1.txt} belongs to {@code images/1.jpg}, a line
   * is {@code left,top,width,height,score,category,truncation,occlusion}; a score of 0, category 0
   * and category 11 are ignored.
   *
   * @throws DatasetException if there is no box
   */
  public static BoxSet visDrone(Path images, Path labels, DrawnOn drawnOn) {
    TextBoxes text = new TextBoxes(images, labels, VISDRONE, drawnOn);
    text.readEach(
        numbers -> numbers >= 6,
        (image, line) -> {
          boolean counts = line[4] != 0 && line[5] >= 1 && line[5] <= VISDRONE.size();
          double[] box = {line[0], line[1], line[0] + line[2], line[1] + line[3]};
          return counts
              ? text.named((int) line[5], 1, box, new ImageSize(1, 1))
              : Optional.of(ignored(box));
        });
    return text.set();
  }

  /**
   * UAVDT's: {@code labels/M0101_gt_whole.txt} belongs to the frames in {@code images/M0101}, a
   * line is {@code frame,id,left,top,width,height,out-of-view,occlusion,category}; what is in
   * {@code M0101_gt_ignore.txt} is ignored. Frames are known by the number in their names.
   *
   * @throws DatasetException if there is no box
   */
  public static BoxSet uavdt(Path images, Path labels, DrawnOn drawnOn) {
    TextBoxes text = new TextBoxes(images, labels, UAVDT, drawnOn);
    text.readSequences();
    return text.set();
  }

  /** What a line says of an image; empty where its class has no name. */
  private interface LineReader {
    Optional<RawBox> box(int image, double[] line);
  }

  private void readEach(IntPredicate numbers, LineReader reader) {
    Map<String, List<Integer>> images = byName(i -> stem(folder.relativePath(i)));
    LabelLines lines = new LabelLines(numbers);
    Unusable lost = new Unusable();
    List<Path> files = LabelLines.files(labels);
    for (Path file : files) {
      List<Integer> found =
          images.get(stem(FileNames.text(labels.relativize(file)).replace('\\', '/')));
      if (found != null) {
        for (double[] line : lines.read(file)) {
          found.forEach(image -> reader.box(image, line).ifPresent(boxes.get(image)::add));
        }
      } else if (!isListOfNames(file)) {
        lost.add(file.toString());
      }
    }
    objects = lines.lines();
    lines.broken().warn(LOG, labels, "lines that are no boxes, left out", lines.lines());
    lost.warn(LOG, labels, "files of labels that belong to no image", files.size());
  }

  private static boolean isListOfNames(Path file) {
    return file.getFileName().toString().equals("classes.txt");
  }

  private void readSequences() {
    Map<String, List<Integer>> images =
        byName(
            i -> {
              String[] parts = folder.relativePath(i).split("/");
              String sequence = parts.length < 2 ? "" : parts[parts.length - 2];
              return sequence + "/" + frame(parts[parts.length - 1]);
            });
    LabelLines lines = new LabelLines(numbers -> numbers >= 6);
    Unusable lost = new Unusable();
    for (Path file : LabelLines.files(labels)) {
      String name = file.getFileName().toString();
      boolean whole = name.endsWith("_gt_whole.txt");
      if (!whole && !name.endsWith("_gt_ignore.txt")) {
        continue;
      }
      String sequence = name.substring(0, name.indexOf("_gt_"));
      for (double[] line : lines.read(file)) {
        List<Integer> found = images.get(sequence + "/" + (long) line[0]);
        double[] box = {line[2], line[3], line[2] + line[4], line[3] + line[5]};
        if (found == null) {
          lost.add("frame %d of %s".formatted((long) line[0], file));
        } else if (!whole) {
          found.forEach(image -> boxes.get(image).add(ignored(box)));
        } else {
          int category = line.length > 8 ? (int) line[8] : 0;
          named(category, 1, box, new ImageSize(1, 1))
              .ifPresent(named -> found.forEach(image -> boxes.get(image).add(named)));
        }
      }
    }
    objects = lines.lines();
    lines.broken().warn(LOG, labels, "lines that are no boxes, left out", lines.lines());
    lost.warn(LOG, labels, "boxes that belong to no image", lines.lines());
  }

  private static long frame(String name) {
    String digits = FileNames.withoutEnding(name).replaceAll(".*?([0-9]{1,18})$", "$1");
    return digits.matches("[0-9]+") ? Long.parseLong(digits) : -1;
  }

  /** Photos of one name, such as a JPEG and its PNG, have the same labels. */
  private Map<String, List<Integer>> byName(Function<Integer, String> name) {
    return IntStream.range(0, folder.size()).boxed().collect(Collectors.groupingBy(name));
  }

  private static String stem(String path) {
    return FileNames.composed(FileNames.withoutEnding(path));
  }

  private static RawBox ignored(double[] box) {
    return new RawBox(null, box[0], box[1], box[2], box[3], true);
  }

  /**
   * A box of a class by its number.
   *
   * @param first number of the first class
   * @param unit what the box is measured in
   */
  private Optional<RawBox> named(int number, int first, double[] box, ImageSize unit) {
    int category = number - first;
    if (category < 0 || category >= classes.size()) {
      unnamed.add("class %d, of %d to %d".formatted(number, first, first + classes.size() - 1));
      return Optional.empty();
    }
    return Optional.of(
        new RawBox(
            classes.get(category),
            box[0] * unit.width(),
            box[1] * unit.height(),
            box[2] * unit.width(),
            box[3] * unit.height(),
            false));
  }

  private BoxSet set() {
    unnamed.warn(LOG, labels, "boxes of a class without a name, left out", objects);
    CheckedBoxes checked = CheckedBoxes.of(labels, folder.paths(), boxes, classes, turns);
    if (checked.isEmpty()) {
      throw new DatasetException(
          "None of the %d lines of labels in %s is a box in one of the %d images%s"
              .formatted(
                  objects,
                  labels,
                  folder.size(),
                  unnamed.count() > 0 ? " (" + unnamed.first() + ")" : ""));
    }
    List<String> names = IntStream.range(0, folder.size()).mapToObj(folder::relativePath).toList();
    return checked.set(names, folder.paths());
  }
}
