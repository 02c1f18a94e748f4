package org.flsl.evaluation.data;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Objects outlined in COCO's {@code instances_*.json}: polygons, run lengths and boxes.
 *
 * <p>Use {@link #segmentation} for classes of pixels and {@link #boxes} for boxes. Classes are the
 * names of the file's categories by ascending id; categories of one name are one class. Outlines
 * and boxes that cannot be used are counted in a warning, and do not refuse the rest. The file is
 * read entry by entry, so that its outlines alone take memory; images are read when asked for.
 */
public final class CocoInstances {

  private static final Logger LOG = LoggerFactory.getLogger(CocoInstances.class);

  private static final String BACKGROUND = "background";

  private final CocoEntries entries;
  private final NamedFiles images;
  private final DrawnOn drawnOn;

  private CocoInstances(CocoEntries entries, NamedFiles images, DrawnOn drawnOn) {
    this.entries = entries;
    this.images = images;
    this.drawnOn = drawnOn;
  }

  /**
   * Reads a file of annotations.
   *
   * @param file the json
   * @param folder where its images are
   * @throws DatasetException if it is missing, no json, or not like COCO's
   */
  public static CocoInstances read(Path file, Path folder) {
    return read(file, folder, DrawnOn.UNKNOWN);
  }

  /**
   * Reads a file of annotations.
   *
   * @param file the json
   * @param folder where its images are
   * @param drawnOn what outlines and boxes of photos with an EXIF orientation were drawn on
   * @throws DatasetException if it is missing, no json, or not like COCO's
   */
  public static CocoInstances read(Path file, Path folder, DrawnOn drawnOn) {
    if (!Files.isRegularFile(file)) {
      throw new DatasetException(
          "There is no file "
              + file
              + ": expected COCO's annotations, such as instances_val2017.json");
    }
    return new CocoInstances(CocoEntries.read(file), new NamedFiles(folder), drawnOn);
  }

  /** The names of images that the file lists and its folder does not hold. */
  public List<String> missing() {
    return entries.photos().stream()
        .map(CocoPhoto::name)
        .filter(name -> !Files.isRegularFile(images.find(name)))
        .toList();
  }

  /**
   * The same without the images that are {@link #missing}.
   *
   * @throws DatasetException if all are
   */
  public CocoInstances withoutMissing() {
    Set<String> missing = new HashSet<>(missing());
    CocoEntries rest = entries.with(photo -> !missing.contains(photo.name()));
    if (rest.photos().isEmpty()) {
      throw new DatasetException(
          "None of the %d images of %s is there, such as %s; give the folder that holds them"
              .formatted(
                  entries.photos().size(), entries.file(), images.find(missing.iterator().next())));
    }
    return new CocoInstances(rest, images, drawnOn);
  }

  /**
   * The images with classes of pixels; class 0 is the background, the categories follow.
   *
   * <p>Where objects overlap the smaller one is on top, so that small objects stay visible. Crowds
   * are {@link LabelMask#IGNORED}, except where an object covers them, and so are the boxes of
   * objects without an outline: what is in them is not known.
   *
   * @throws DatasetException if no object has an outline
   */
  public SegmentationSet segmentation() {
    requireOutlines();
    return new CocoMasks(CocoListing.of(entries, images, drawnOn, BACKGROUND));
  }

  /**
   * The images with the masks of their objects, and the boxes around them. Crowds are {@linkplain
   * BoxSet#ignored ignored}, and so are the boxes of objects without an outline.
   *
   * @throws DatasetException if no object has an outline
   */
  public BoxSet instances() {
    requireOutlines();
    return new CocoMaskedBoxes(CocoListing.of(entries, images, drawnOn));
  }

  /** Counts what cannot be used of outlines. */
  private void requireOutlines() {
    List<CocoAnnotation> objects = entries.objects();
    Unusable broken = new Unusable();
    Unusable unknown = new Unusable();
    for (CocoPhoto photo : entries.photos()) {
      for (CocoAnnotation object : entries.of(photo)) {
        if (object.drawn().problem() != null) {
          broken.add("annotation %s: %s".formatted(object.id(), object.drawn().problem()));
        } else if (object.drawn().value() != null && object.outline(photo).isEmpty()) {
          broken.add(
              "annotation %s: run lengths for an image of another size than %s"
                  .formatted(object.id(), photo.name()));
        }
        if (object.outline(photo).isEmpty()) {
          unknown.add("annotation " + object.id());
        }
      }
    }
    if (unknown.count() == objects.size()) {
      throw new DatasetException(
          "None of the %d objects of %s has an outline that can be used%s: boxes alone do not tell which pixels belong to an object; expected a segmentation in each annotation"
              .formatted(
                  objects.size(),
                  entries.file(),
                  broken.count() > 0 ? " (" + broken.first() + ")" : ""));
    }
    broken.warn(LOG, entries.file(), "outlines that cannot be used", objects.size());
    unknown.warn(
        LOG,
        entries.file(),
        "objects without an outline, whose boxes count nowhere",
        objects.size());
  }

  /**
   * The images with boxes, without those of crowds; every image, also those without objects. The
   * box of an object that has none is that of its outline.
   *
   * @throws DatasetException if no object has a box
   */
  public BoxSet boxes() {
    List<CocoAnnotation> objects =
        entries.objects().stream().filter(object -> !object.crowd()).toList();
    Unusable without = new Unusable();
    for (CocoAnnotation object : objects) {
      if (object.box() == null) {
        without.add(
            "annotation %s: %s"
                .formatted(
                    object.id(),
                    object.written().problem() == null
                        ? "neither a bbox nor an outline"
                        : object.written().problem()));
      }
    }
    if (without.count() == objects.size()) {
      throw new DatasetException(
          "None of the %d objects of %s has a box or an outline that can be used%s; expected a bbox in each annotation"
              .formatted(
                  objects.size(),
                  entries.file(),
                  without.count() > 0 ? " (" + without.first() + ")" : ""));
    }
    without.warn(
        LOG,
        entries.file(),
        "objects without a box or outline that can be used, left out",
        objects.size());
    return new CocoBoxes(CocoListing.of(entries, images, drawnOn));
  }

  /** The categories by id, ascending. */
  public Map<Long, String> categories() {
    return entries.categories();
  }

  /**
   * The images with all their objects as the file has them, crowds too, ascending by id.
   *
   * @param masks whether masks of outlines are drawn
   */
  public List<AnnotatedImage> annotated(boolean masks) {
    return entries.photos().stream()
        .map(
            photo ->
                new AnnotatedImage(
                    photo.id(),
                    photo.name(),
                    photo.width(),
                    photo.height(),
                    entries.of(photo).stream()
                        .map(object -> annotated(photo, object, masks))
                        .toList()))
        .toList();
  }

  private static AnnotatedObject annotated(CocoPhoto photo, CocoAnnotation object, boolean masks) {
    return new AnnotatedObject(
        object.id(),
        object.category(),
        object.bbox(),
        object
            .outline(photo)
            .filter(shape -> masks)
            .map(shape -> shape.runs(photo.width(), photo.height())),
        object.area(),
        object.crowd());
  }

  /**
   * An image of the file.
   *
   * @param name of its file
   */
  public record AnnotatedImage(
      long id, String name, int width, int height, List<AnnotatedObject> objects) {}

  /**
   * An object as the file has it.
   *
   * @param id for messages
   * @param bbox left, top, width and height, or else those of its outline
   * @param mask of its outline
   * @param area as the file says
   */
  public record AnnotatedObject(
      String id,
      long category,
      Optional<double[]> bbox,
      Optional<RunLengths> mask,
      OptionalDouble area,
      boolean crowd) {}
}
