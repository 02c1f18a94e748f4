package org.flsl.evaluation.data;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Boxes of files of labels, put right where it is clear how, and left out where not; each with a
 * counted warning, so that one bad label does not refuse all the rest.
 *
 * <p>Swapped corners are exchanged, boxes that reach beyond their photo end at its edges; boxes
 * without an area, outside of the photo, or of numbers that are none are left out.
 */
final class CheckedBoxes {
  private static final Logger LOG = LoggerFactory.getLogger(CheckedBoxes.class);

  /** Formats differ in whether the last pixel is part of a box. */
  private static final double ROUNDING = 1;

  private final List<String> classes;
  private final List<List<LabelledBox>> boxes = new ArrayList<>();
  private final List<List<LabelledBox>> ignored = new ArrayList<>();
  private final Unusable swapped = new Unusable();
  private final Unusable flat = new Unusable();
  private final Unusable outside = new Unusable();
  private final Unusable beyond = new Unusable();
  private int all;

  private CheckedBoxes(List<String> classes) {
    this.classes = classes;
  }

  /**
   * Checks the boxes of a set.
   *
   * @param source what it is called in messages
   * @param files its photos
   * @param raw the boxes of each photo
   * @param turns of the labels of photos with an EXIF orientation
   */
  static CheckedBoxes of(
      Object source, List<Path> files, List<List<RawBox>> raw, List<String> classes, Turns turns) {
    CheckedBoxes checked = new CheckedBoxes(classes);
    for (int i = 0; i < files.size(); i++) {
      checked.add(files.get(i), i, raw.get(i), turns);
    }
    int all = checked.all;
    checked.swapped.warn(LOG, source, "boxes with swapped corners, which are exchanged", all);
    checked.flat.warn(LOG, source, "boxes without an area, left out", all);
    checked.outside.warn(LOG, source, "boxes outside of their photo, left out", all);
    checked.beyond.warn(LOG, source, "boxes beyond their photo, which end at its edges", all);
    return checked;
  }

  private void add(Path file, int image, List<RawBox> raw, Turns turns) {
    List<LabelledBox> known = new ArrayList<>();
    List<LabelledBox> unknown = new ArrayList<>();
    for (RawBox box : raw) {
      all++;
      String name = "a %s in %s".formatted(box.name() == null ? "region" : box.name(), file);
      List<LabelledBox> to = box.ignored() ? unknown : known;
      usable(box, name)
          .map(usable -> turns.turned(image, List.of(usable)).get(0))
          .flatMap(turned -> within(turned, turns.upright(image), name))
          .ifPresent(usable -> of(box, usable).forEach(to::add));
    }
    boxes.add(List.copyOf(known));
    ignored.add(List.copyOf(unknown));
  }

  /** A region of no class is there for each of them: whatever is found in it does not count. */
  private Stream<LabelledBox> of(RawBox raw, LabelledBox usable) {
    return raw.name() == null
        ? IntStream.range(0, classes.size()).mapToObj(usable::of)
        : Stream.of(usable);
  }

  private Optional<LabelledBox> usable(RawBox box, String name) {
    double left = Math.min(box.left(), box.right());
    double right = Math.max(box.left(), box.right());
    double top = Math.min(box.top(), box.bottom());
    double bottom = Math.max(box.top(), box.bottom());
    double area = (right - left) * (bottom - top);
    if (!(area > 0) || Double.isInfinite(area)) {
      flat.add(name);
      return Optional.empty();
    }
    if (left != box.left() || top != box.top()) {
      swapped.add(name);
    }
    int category = box.name() == null ? 0 : classes.indexOf(box.name());
    return Optional.of(new LabelledBox(category, left, top, right, bottom));
  }

  private Optional<LabelledBox> within(LabelledBox box, Optional<ImageSize> size, String name) {
    if (size.isEmpty()) {
      return Optional.of(box);
    }
    double width = size.get().width();
    double height = size.get().height();
    LabelledBox clipped = box.clipped(width, height);
    if (!(clipped.area() > 0)) {
      outside.add(name);
      return Optional.empty();
    }
    if (box.left() < -ROUNDING
        || box.top() < -ROUNDING
        || box.right() > width + ROUNDING
        || box.bottom() > height + ROUNDING) {
      beyond.add(name);
    }
    return Optional.of(clipped);
  }

  /** How many boxes have no area. */
  int flat() {
    return flat.count();
  }

  /** Whether no box is left that is to be found. */
  boolean isEmpty() {
    return boxes.stream().allMatch(List::isEmpty);
  }

  List<LabelledBox> boxes(int image) {
    return boxes.get(image);
  }

  List<LabelledBox> ignored(int image) {
    return ignored.get(image);
  }

  /** The set of photos with these boxes. */
  BoxSet set(List<String> names, List<Path> files) {
    return new Listed(names, files);
  }

  private final class Listed extends ListedImages implements BoxSet {
    Listed(List<String> names, List<Path> files) {
      super(names, files, CheckedBoxes.this.classes);
    }

    @Override
    public List<LabelledBox> boxes(int image) {
      return CheckedBoxes.this.boxes(image);
    }

    @Override
    public List<LabelledBox> ignored(int image) {
      return CheckedBoxes.this.ignored(image);
    }
  }
}
