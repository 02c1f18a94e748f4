package org.flsl.evaluation.data;

import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.flsl.views.decode.ImageDecoder;
import org.flsl.views.pixels.Image;

/** A set of boxes whose classes have other numbers: those of another set, or of two together. */
public final class ReclassedBoxes implements BoxSet {
  private final BoxSet set;
  private final List<String> classes;
  private final int[] numbers;

  /**
   * Numbers the classes anew.
   *
   * @param classes among which are those of the set
   */
  public ReclassedBoxes(BoxSet set, List<String> classes) {
    this.set = set;
    this.classes = List.copyOf(classes);
    this.numbers = set.classes().stream().mapToInt(classes::indexOf).toArray();
    if (IntStream.of(numbers).anyMatch(number -> number < 0)) {
      throw new IllegalArgumentException(
          "The classes of boxes, %s, are not all among %s".formatted(set.classes(), classes));
    }
  }

  /** The classes of two sets, those of the first one first. */
  public static List<String> union(BoxSet first, BoxSet second) {
    return Stream.concat(first.classes().stream(), second.classes().stream()).distinct().toList();
  }

  private List<LabelledBox> reclassed(List<LabelledBox> boxes) {
    return boxes.stream()
        .map(
            box ->
                new LabelledBox(
                    numbers[box.category()], box.left(), box.top(), box.right(), box.bottom()))
        .toList();
  }

  @Override
  public List<LabelledBox> boxes(int image) {
    return reclassed(set.boxes(image));
  }

  @Override
  public List<LabelledBox> ignored(int image) {
    return reclassed(set.ignored(image));
  }

  @Override
  public List<RunLengths> masks(int image) {
    return set.masks(image);
  }

  @Override
  public int size() {
    return set.size();
  }

  @Override
  public String name(int image) {
    return set.name(image);
  }

  @Override
  public Image image(int image, ImageDecoder decoder) {
    return set.image(image, decoder);
  }

  @Override
  public String leftOut() {
    return set.leftOut();
  }

  @Override
  public List<String> classes() {
    return classes;
  }
}
