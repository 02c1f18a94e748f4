package org.flsl.evaluation.data;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.flsl.views.FileNames;
import org.flsl.views.ImageFolder;
import org.flsl.views.decode.ImageDecoder;
import org.flsl.views.pixels.Image;

/**
 * A folder of images and a folder of masks of the same names: {@code images/a/1.jpg} belongs to
 * {@code masks/a/1.png}.
 *
 * <p>Use {@link #open} where the masks say which classes there are, and {@link #withClasses} where
 * that is known, as for the test images of a set whose training images were opened first.
 */
public final class ImagesAndMasks implements SegmentationSet {
  private final ImageFolder images;
  private final Path masks;
  private final MaskReader reader;
  private final List<String> classes;

  private ImagesAndMasks(ImageFolder images, Path masks, MaskReader reader, List<String> classes) {
    this.images = images;
    this.masks = masks;
    this.reader = reader;
    this.classes = List.copyOf(classes);
  }

  /**
   * Opens the folders and reads all masks once, to count the classes: the largest label and one.
   *
   * @throws DatasetException if a mask is missing or cannot be read, or nothing is labelled
   */
  public static ImagesAndMasks open(Path images, Path masks, MaskReader reader) {
    ImagesAndMasks unnamed = opened(images, masks, reader, List.of());
    int largest =
        IntStream.range(0, unnamed.size())
            .parallel()
            .map(i -> unnamed.reader.read(unnamed.maskFile(i)).largest())
            .max()
            .orElseThrow();
    if (largest < 1) {
      throw new DatasetException(
          "The masks in %s hold %s; expected at least two classes"
              .formatted(masks, largest < 0 ? "no labelled pixel" : "the label 0 only"));
    }
    List<String> names = IntStream.rangeClosed(0, largest).mapToObj(k -> "class " + k).toList();
    return opened(images, masks, reader, names);
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
    return opened(images, masks, reader, classes);
  }

  private static ImagesAndMasks opened(
      Path images, Path masks, MaskReader reader, List<String> classes) {
    ImageFolder folder = ImageFolder.scan(images);
    ImagesAndMasks set = new ImagesAndMasks(folder, masks, reader, classes);
    List<Integer> missing = new ArrayList<>();
    for (int i = 0; i < set.size(); i++) {
      if (!Files.isRegularFile(set.maskFile(i))) {
        missing.add(i);
      }
    }
    if (!missing.isEmpty()) {
      throw new DatasetException(
          "%d of %d images have no mask: %s needs %s; add it, or take the image away"
              .formatted(
                  missing.size(),
                  set.size(),
                  folder.path(missing.get(0)),
                  set.maskFile(missing.get(0))));
    }
    return set;
  }

  private Path maskFile(int image) {
    Path relative = images.root().relativize(images.path(image));
    return FileNames.withEnding(masks.resolve(relative), ".png");
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
    LabelMask mask = reader.read(maskFile(image));
    if (mask.largest() >= classes.size()) {
      throw new DatasetException(
          "The mask %s has the label %d, but there are %d classes, 0 to %d; name the label as ignored, or the right number of classes"
              .formatted(maskFile(image), mask.largest(), classes.size(), classes.size() - 1));
    }
    return mask;
  }

  @Override
  public List<String> classes() {
    return classes;
  }
}
