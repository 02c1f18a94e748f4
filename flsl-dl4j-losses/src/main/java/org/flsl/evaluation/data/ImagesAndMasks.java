package org.flsl.evaluation.data;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.stream.IntStream;
import org.flsl.views.FileNames;
import org.flsl.views.ImageFolder;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A folder of images and a folder of masks of the same names: {@code images/a/1.jpg} belongs to
 * {@code masks/a/1.png}.
 *
 * <p>Use {@link #open} where the masks say which classes there are, and {@link #withClasses} where
 * that is known. Two sets of the same kind have the same classes after {@link #withValuesOf}.
 */
public final class ImagesAndMasks extends FolderImages implements SegmentationSet {
  private static final Logger LOG = LoggerFactory.getLogger(ImagesAndMasks.class);

  /** More than there are classes in any common data set. */
  private static final int MANY_VALUES = 200;

  /** Small objects alone hardly make so many values. */
  private static final int MANY_SPECKS = 8;

  private final MaskFiles masks;
  private final int[] values;

  private ImagesAndMasks(ImageFolder images, MaskFiles masks, int[] values, List<String> classes) {
    super(images, classes);
    this.masks = masks;
    this.values = values;
  }

  /**
   * Opens the folders and reads all masks once: every value that occurs is a class.
   *
   * @throws DatasetException if a mask is missing or cannot be read, or fewer than two values occur
   */
  public static ImagesAndMasks open(Path images, Path masks, MaskReader reader) {
    ImagesAndMasks unnamed = opened(images, masks, reader, new int[0], List.of());
    LabelCounts counts = LabelCounts.of(unnamed.size(), unnamed.masks::upright);
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
          "The masks in {} hold {} values, {} of which cover next to nothing of the masks where"
              + " they occur: masks that were saved with loss (JPEG) or resized smoothly hold such"
              + " values between the real ones; every value is taken for a class",
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
    return new ImagesAndMasks(folder(), masks, all, names);
  }

  private static ImagesAndMasks opened(
      Path images, Path masks, MaskReader reader, int[] values, List<String> classes) {
    ImageFolder folder = ImageFolder.scan(images);
    if (!Files.isDirectory(masks)) {
      throw new DatasetException(
          "There is no folder %s: expected masks there, with the names of the images in %s"
              .formatted(masks, images));
    }
    List<Path> files =
        MaskFiles.named(
            new NamedFiles(masks),
            IntStream.range(0, folder.size())
                .mapToObj(i -> FileNames.withoutEnding(folder.relativePath(i)))
                .toList());
    int[] missing =
        IntStream.range(0, files.size()).filter(i -> !Files.isRegularFile(files.get(i))).toArray();
    if (missing.length == files.size()) {
      throw new DatasetException(
          "None of the masks in %s has the name of an image: is it the right folder? %s needs %s"
              .formatted(masks, folder.path(0), files.get(0)));
    }
    if (missing.length > 0) {
      throw new DatasetException(
          "Images without a mask: %d of %d, the first: %s needs %s; add it, or take the image away"
              .formatted(
                  missing.length, files.size(), folder.path(missing[0]), files.get(missing[0])));
    }
    List<Path> others = new ArrayList<>(ImageFolder.scan(masks).paths());
    others.removeAll(new HashSet<>(files));
    if (!others.isEmpty()) {
      LOG.warn(
          "{}: masks that belong to no image in {}, left out: {}, such as {}",
          masks,
          images,
          others.size(),
          others.get(0).getFileName());
    }
    return new ImagesAndMasks(folder, MaskFiles.of(folder.paths(), files, reader), values, classes);
  }

  @Override
  public LabelMask mask(int image) {
    LabelMask mask = masks.upright(image);
    int[] labels = mask.labels();
    for (int i = 0; i < labels.length; i++) {
      if (labels[i] != LabelMask.IGNORED) {
        labels[i] = label(labels[i], image);
      }
    }
    return new LabelMask(mask.width(), mask.height(), labels);
  }

  @Override
  public int stored(int label) {
    return values[label];
  }

  private int label(int value, int image) {
    int label = Arrays.binarySearch(values, value);
    if (label < 0) {
      throw new DatasetException(
          "The mask %s has the label %d, but there are %d classes, %d to %d; name the label as ignored, or the right number of classes"
              .formatted(
                  masks.files().get(image),
                  value,
                  values.length,
                  values[0],
                  values[values.length - 1]));
    }
    return label;
  }
}
