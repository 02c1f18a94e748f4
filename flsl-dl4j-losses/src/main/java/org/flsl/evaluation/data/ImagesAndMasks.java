package org.flsl.evaluation.data;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.flsl.views.ImageFolder;
import org.flsl.views.decode.ImageDecoder;
import org.flsl.views.pixels.Image;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A folder of images and a folder of masks of the same names: {@code images/a/1.jpg} belongs to
 * {@code masks/a/1.png}.
 *
 * <p>Use {@link #open} where the masks say which classes there are, and {@link #withClasses} where
 * that is known. Two sets of the same kind have the same classes after {@link #withValuesOf}.
 */
public final class ImagesAndMasks implements SegmentationSet {
  private static final Logger LOG = LoggerFactory.getLogger(ImagesAndMasks.class);

  /** More than there are classes in any common data set. */
  private static final int MANY_VALUES = 200;

  /** Small objects alone hardly make so many values. */
  private static final int MANY_SPECKS = 8;

  private final ImageFolder images;
  private final List<Path> masks;
  private final MaskReader reader;
  private final Turns turns;
  private final int[] values;
  private final List<String> classes;

  private ImagesAndMasks(
      ImageFolder images,
      List<Path> masks,
      MaskReader reader,
      Turns turns,
      int[] values,
      List<String> classes) {
    this.images = images;
    this.masks = masks;
    this.reader = reader;
    this.turns = turns;
    this.values = values;
    this.classes = List.copyOf(classes);
  }

  /**
   * Opens the folders and reads all masks once: every value that occurs is a class.
   *
   * @throws DatasetException if a mask is missing or cannot be read, or fewer than two values occur
   */
  public static ImagesAndMasks open(Path images, Path masks, MaskReader reader) {
    ImagesAndMasks unnamed = opened(images, masks, reader, new int[0], List.of());
    LabelCounts counts = LabelCounts.of(unnamed.size(), i -> reader.read(unnamed.masks.get(i)));
    int[] values = counts.labels();
    if (values.length < 2) {
      throw new DatasetException(
          "The masks in %s hold %s, and %.1f%% of their pixels have values that are ignored (%s); expected at least two classes: if one of those is a class, as 255 is in black-and-white masks, ignore none"
              .formatted(
                  masks,
                  values.length == 0 ? "no labelled pixel" : "the label " + values[0] + " only",
                  100 * counts.share(LabelMask.IGNORED),
                  reader.ignored()));
    }
    long specks = counts.specks();
    boolean mostlySpecks = specks >= MANY_SPECKS && 2 * specks > values.length;
    if (values.length > MANY_VALUES || mostlySpecks) {
      LOG.warn(
          "The masks in {} hold {} values, {} of which cover next to nothing of the masks where they occur: masks that were saved with loss (JPEG) or resized smoothly hold such values between the real ones; every value is taken for a class",
          masks,
          values.length,
          specks);
    }
    return unnamed.with(values);
  }

  /**
   * Opens the folders for known classes; a mask with another label is refused when it is read.
   *
   * @param classes their names, in the order of the labels
   * @throws DatasetException if a mask is missing
   */
  public static ImagesAndMasks withClasses(
      Path images, Path masks, MaskReader reader, List<String> classes) {
    if (classes.size() < 2) {
      throw new IllegalArgumentException("At least two classes are needed, got " + classes);
    }
    int[] values = IntStream.range(0, classes.size()).toArray();
    return opened(images, masks, reader, values, classes);
  }

  /** The same images, where values that occur in another set only are classes too. */
  public ImagesAndMasks withValuesOf(ImagesAndMasks other) {
    return with(
        IntStream.concat(Arrays.stream(values), Arrays.stream(other.values))
            .distinct()
            .sorted()
            .toArray());
  }

  private ImagesAndMasks with(int[] all) {
    List<String> names = Arrays.stream(all).mapToObj(value -> "class " + value).toList();
    return new ImagesAndMasks(images, masks, reader, turns, all, names);
  }

  private static ImagesAndMasks opened(
      Path images, Path masks, MaskReader reader, int[] values, List<String> classes) {
    ImageFolder folder = ImageFolder.scan(images);
    NamedFiles named = new NamedFiles(masks);
    List<Path> files =
        IntStream.range(0, folder.size())
            .mapToObj(
                i -> named.find(folder.relativePath(i).replaceFirst("\\.[^./]*$", "") + ".png"))
            .toList();
    List<Integer> missing = new ArrayList<>();
    for (int i = 0; i < files.size(); i++) {
      if (!Files.isRegularFile(files.get(i))) {
        missing.add(i);
      }
    }
    if (!missing.isEmpty()) {
      throw new DatasetException(
          "%d of %d images have no mask: %s needs %s; add it, or take the image away"
              .formatted(
                  missing.size(),
                  files.size(),
                  folder.path(missing.get(0)),
                  files.get(missing.get(0))));
    }
    Turns turns = Turns.of(folder.paths(), i -> MaskReader.size(files.get(i)), reader.drawnOn());
    return new ImagesAndMasks(folder, files, reader, turns, values, classes);
  }

  @Override
  public int size() {
    return images.size();
  }

  @Override
  public String leftOut() {
    return images.leftOut().toString();
  }

  @Override
  public String name(int image) {
    return images.relativePath(image);
  }

  @Override
  public Image image(int image, ImageDecoder decoder) {
    return StoredImage.decode(images.path(image), decoder);
  }

  @Override
  public LabelMask mask(int image) {
    LabelMask mask = reader.read(masks.get(image));
    int[] labels = mask.labels();
    for (int i = 0; i < labels.length; i++) {
      if (labels[i] != LabelMask.IGNORED) {
        labels[i] = label(labels[i], image);
      }
    }
    return turns.turned(image, new LabelMask(mask.width(), mask.height(), labels));
  }

  private int label(int value, int image) {
    int label = Arrays.binarySearch(values, value);
    if (label < 0) {
      throw new DatasetException(
          "The mask %s has the label %d, but there are %d classes, %d to %d; name the label as ignored, or the right number of classes"
              .formatted(
                  masks.get(image), value, values.length, values[0], values[values.length - 1]));
    }
    return label;
  }

  @Override
  public List<String> classes() {
    return classes;
  }
}
