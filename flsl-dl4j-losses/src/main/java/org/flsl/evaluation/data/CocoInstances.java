package org.flsl.evaluation.data;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.flsl.views.decode.ImageDecoder;
import org.flsl.views.pixels.Image;
import org.nd4j.shade.jackson.core.JsonParser;
import org.nd4j.shade.jackson.core.JsonToken;
import org.nd4j.shade.jackson.databind.JsonNode;
import org.nd4j.shade.jackson.databind.ObjectMapper;
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

  private static final ObjectMapper JSON = new ObjectMapper();

  private static final String BACKGROUND = "background";

  private final Path file;
  private final NamedFiles images;
  private final DrawnOn drawnOn;
  private final Map<Long, Photo> photos = new TreeMap<>();
  private final Map<Long, String> categories = new TreeMap<>();
  private final Map<Long, List<Annotation>> annotations = new HashMap<>();

  private CocoInstances(Path file, NamedFiles images, DrawnOn drawnOn) {
    this.file = file;
    this.images = images;
    this.drawnOn = drawnOn;
  }

  private record Photo(long id, String name, int width, int height) {}

  /** An object. */
  private record Annotation(
      String id,
      long category,
      Part<Shape> outline,
      Part<double[]> written,
      OptionalDouble area,
      boolean crowd) {

    /**
     * Left, top, right and bottom: the bbox, whose corners may be swapped, or else that of the
     * outline; null without either.
     */
    double[] box() {
      if (written.value != null) {
        return edges();
      }
      return outline.value == null ? null : outline.value.bounds();
    }

    /** Left, top, width and height: the bbox, or else that of the outline. */
    Optional<double[]> bbox() {
      return Optional.ofNullable(box())
          .map(
              edges ->
                  new double[] {
                    Math.min(edges[0], edges[2]),
                    Math.min(edges[1], edges[3]),
                    written.value == null ? edges[2] - edges[0] : Math.abs(written.value[2]),
                    written.value == null ? edges[3] - edges[1] : Math.abs(written.value[3])
                  });
    }

    private double[] edges() {
      double[] box = written.value;
      return new double[] {box[0], box[1], box[0] + box[2], box[1] + box[3]};
    }

    /** Where the object is, if nothing else is known. */
    Optional<Shape> bboxAsShape() {
      return Optional.ofNullable(written.value)
          .flatMap(box -> bbox())
          .map(box -> Polygons.rectangle(box[0], box[1], box[0] + box[2], box[1] + box[3]));
    }
  }

  /**
   * A part of an annotation.
   *
   * @param value null where the file has none that can be used
   * @param problem what is wrong with it; null where nothing is
   */
  private record Part<T>(T value, String problem) {

    static <T> Part<T> of(JsonNode value, Function<JsonNode, T> reader) {
      try {
        boolean none = value.isMissingNode() || value.isNull() || value.isEmpty();
        return new Part<>(none ? null : reader.apply(value), null);
      } catch (IllegalArgumentException e) {
        return new Part<>(null, e.getMessage());
      }
    }
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
    CocoInstances coco = new CocoInstances(file, new NamedFiles(folder), drawnOn);
    CocoJson.read(file, JSON.getFactory(), coco::read);
    coco.check();
    return coco;
  }

  private void read(JsonParser parser) throws IOException {
    if (parser.nextToken() != JsonToken.START_OBJECT) {
      throw new DatasetException(file + " is not COCO's json: expected an object at the top");
    }
    while (parser.nextToken() == JsonToken.FIELD_NAME) {
      String section = parser.getCurrentName();
      JsonToken value = parser.nextToken();
      if (value != JsonToken.START_ARRAY) {
        parser.skipChildren();
        continue;
      }
      while (parser.nextToken() != JsonToken.END_ARRAY) {
        JsonNode entry = JSON.readTree(parser);
        switch (section) {
          case "images" -> addPhoto(entry);
          case "categories" -> addCategory(entry);
          case "annotations" -> addAnnotation(entry);
          default -> {
            // Licences and the like.
          }
        }
      }
    }
  }

  private void check() {
    if (photos.isEmpty() || categories.isEmpty()) {
      throw new DatasetException(
          "%s has %d images and %d categories: expected COCO's instances_*.json"
              .formatted(file, photos.size(), categories.size()));
    }
    annotations.forEach(
        (photo, ofPhoto) -> {
          if (!photos.containsKey(photo)) {
            throw new DatasetException(
                "%s annotates the image %d, which it does not list: list it, or take those annotations away"
                    .formatted(file, photo));
          }
          for (Annotation each : ofPhoto) {
            if (!categories.containsKey(each.category)) {
              throw new DatasetException(
                  "%s: an object of %s has the category %d, which is not listed: list it, or take such objects away"
                      .formatted(file, photos.get(photo).name, each.category));
            }
          }
        });
  }

  private void addPhoto(JsonNode entry) {
    Photo photo =
        new Photo(
            number(entry, "id").asLong(),
            required(entry, "file_name").asText(),
            number(entry, "width").asInt(),
            number(entry, "height").asInt());
    Photo before = photos.put(photo.id, photo);
    requireOne("image", photo.id, before == null ? null : before.name, photo.name);
  }

  private void addCategory(JsonNode entry) {
    long id = number(entry, "id").asLong();
    String name = required(entry, "name").asText();
    requireOne("category", id, categories.put(id, name), name);
  }

  /** Which of two is meant nobody can tell. */
  private void requireOne(String what, long id, String before, String name) {
    if (before != null && !before.equals(name)) {
      throw new DatasetException(
          "%s lists the %s %d twice, as %s and as %s: give each a number of its own"
              .formatted(file, what, id, before, name));
    }
  }

  private void addAnnotation(JsonNode entry) {
    Annotation annotation =
        new Annotation(
            entry.path("id").asText("without id"),
            number(entry, "category_id").asLong(),
            Part.of(entry.path("segmentation"), CocoNotation::shape),
            Part.of(entry.path("bbox"), CocoNotation::box),
            entry.path("area").isNumber()
                ? OptionalDouble.of(entry.get("area").asDouble())
                : OptionalDouble.empty(),
            entry.path("iscrowd").asInt() == 1);
    annotations
        .computeIfAbsent(number(entry, "image_id").asLong(), photo -> new ArrayList<>())
        .add(annotation);
  }

  private JsonNode number(JsonNode entry, String field) {
    JsonNode value = required(entry, field);
    if (!value.isNumber()) {
      throw new DatasetException(
          "%s: %s is \"%s\", expected a number".formatted(file, field, value.asText()));
    }
    return value;
  }

  private JsonNode required(JsonNode entry, String field) {
    if (!entry.hasNonNull(field)) {
      throw new DatasetException(file + " is not COCO's json: an entry has no " + field);
    }
    return entry.get(field);
  }

  /** The names of images that the file lists and its folder does not hold. */
  public List<String> missing() {
    return photos.values().stream()
        .filter(photo -> !Files.isRegularFile(images.find(photo.name)))
        .map(Photo::name)
        .toList();
  }

  /**
   * The same without the images that are {@link #missing}.
   *
   * @throws DatasetException if all are
   */
  public CocoInstances withoutMissing() {
    Set<String> missing = new HashSet<>(missing());
    CocoInstances rest = new CocoInstances(file, images, drawnOn);
    rest.categories.putAll(categories);
    rest.annotations.putAll(annotations);
    photos.forEach(
        (id, photo) -> {
          if (!missing.contains(photo.name)) {
            rest.photos.put(id, photo);
          }
        });
    if (rest.photos.isEmpty()) {
      throw new DatasetException(
          "None of the %d images of %s is there, such as %s; give the folder that holds them"
              .formatted(photos.size(), file, images.find(missing.iterator().next())));
    }
    return rest;
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
    return new Masks(listed(BACKGROUND));
  }

  /**
   * The images with the masks of their objects, and the boxes around them. Crowds are {@linkplain
   * BoxSet#ignored ignored}, and so are the boxes of objects without an outline.
   *
   * @throws DatasetException if no object has an outline
   */
  public BoxSet instances() {
    requireOutlines();
    return new Instances(listed());
  }

  /** Counts what cannot be used of outlines. */
  private void requireOutlines() {
    List<Annotation> objects = objects();
    Unusable broken = new Unusable();
    Unusable unknown = new Unusable();
    for (Photo photo : photos.values()) {
      for (Annotation object : annotations(photo.id)) {
        if (object.outline.problem != null) {
          broken.add("annotation %s: %s".formatted(object.id, object.outline.problem));
        } else if (object.outline.value != null && outline(photo, object).isEmpty()) {
          broken.add(
              "annotation %s: run lengths for an image of another size than %s"
                  .formatted(object.id, photo.name));
        }
        if (outline(photo, object).isEmpty()) {
          unknown.add("annotation " + object.id);
        }
      }
    }
    if (unknown.count() == objects.size()) {
      throw new DatasetException(
          "None of the %d objects of %s has an outline that can be used%s: boxes alone do not tell which pixels belong to an object; expected a segmentation in each annotation"
              .formatted(
                  objects.size(), file, broken.count() > 0 ? " (" + broken.first() + ")" : ""));
    }
    broken.warn(LOG, file, "outlines that cannot be used", objects.size());
    unknown.warn(
        LOG, file, "objects without an outline, whose boxes count nowhere", objects.size());
  }

  /**
   * The images with boxes, without those of crowds; every image, also those without objects. The
   * box of an object that has none is that of its outline.
   *
   * @throws DatasetException if no object has a box
   */
  public BoxSet boxes() {
    List<Annotation> objects = objects().stream().filter(object -> !object.crowd).toList();
    Unusable without = new Unusable();
    for (Annotation object : objects) {
      if (object.box() == null) {
        without.add(
            "annotation %s: %s"
                .formatted(
                    object.id,
                    object.written.problem == null
                        ? "neither a bbox nor an outline"
                        : object.written.problem));
      }
    }
    if (without.count() == objects.size()) {
      throw new DatasetException(
          "None of the %d objects of %s has a box or an outline that can be used%s; expected a bbox in each annotation"
              .formatted(
                  objects.size(), file, without.count() > 0 ? " (" + without.first() + ")" : ""));
    }
    without.warn(
        LOG, file, "objects without a box or outline that can be used, left out", objects.size());
    return new Boxes(listed());
  }

  /** The categories by id, ascending. */
  public Map<Long, String> categories() {
    return Collections.unmodifiableMap(categories);
  }

  /**
   * The images with all their objects as the file has them, crowds too, ascending by id.
   *
   * @param masks whether masks of outlines are drawn
   */
  public List<AnnotatedImage> annotated(boolean masks) {
    return photos.values().stream()
        .map(
            photo ->
                new AnnotatedImage(
                    photo.id,
                    photo.name,
                    photo.width,
                    photo.height,
                    annotations(photo.id).stream()
                        .map(object -> annotated(photo, object, masks))
                        .toList()))
        .toList();
  }

  private static AnnotatedObject annotated(Photo photo, Annotation object, boolean masks) {
    return new AnnotatedObject(
        object.id,
        object.category,
        object.bbox(),
        outline(photo, object)
            .filter(shape -> masks)
            .map(shape -> shape.runs(photo.width, photo.height)),
        object.area,
        object.crowd);
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

  private List<Annotation> objects() {
    return photos.keySet().stream().flatMap(photo -> annotations(photo).stream()).toList();
  }

  private List<Annotation> annotations(long photo) {
    return annotations.getOrDefault(photo, List.of());
  }

  /** What a set of this file's images is made of; some classes come before the categories. */
  private Listed listed(String... before) {
    List<String> classes =
        Stream.concat(Stream.of(before), categories.values().stream()).distinct().toList();
    int twice = before.length + categories.size() - classes.size();
    if (twice > 0) {
      LOG.warn(
          "{}: categories with the name of another, one class with it: {} of {}",
          file,
          twice,
          categories.size());
    }
    Map<Long, Integer> indices = new HashMap<>();
    categories.forEach((id, name) -> indices.put(id, classes.indexOf(name)));
    List<Photo> listed = List.copyOf(photos.values());
    List<Path> files = listed.stream().map(photo -> images.find(photo.name)).toList();
    Turns turns =
        Turns.of(
            files,
            i -> Optional.of(new ImageSize(listed.get(i).height, listed.get(i).width)),
            drawnOn);
    return new Listed(listed, files, turns, classes, indices);
  }

  /**
   * What a set is made of.
   *
   * @param indices the class of each category
   */
  private record Listed(
      List<Photo> photos,
      List<Path> files,
      Turns turns,
      List<String> classes,
      Map<Long, Integer> indices) {}

  private LabelMask mask(Photo photo, Map<Long, Integer> classes) {
    List<Painted> unknown = new ArrayList<>();
    List<Painted> objects = new ArrayList<>();
    for (Annotation annotation : annotations(photo.id)) {
      Optional<Shape> outline = outline(photo, annotation);
      boolean known = outline.isPresent() && !annotation.crowd;
      int label = known ? classes.get(annotation.category) : LabelMask.IGNORED;
      outline
          .or(annotation::bboxAsShape)
          .map(shape -> new Painted(shape.rasterise(photo.width, photo.height), label))
          .ifPresent((known ? objects : unknown)::add);
    }
    objects.sort(Comparator.comparingInt((Painted object) -> object.pixels.area()).reversed());
    int[] labels = new int[photo.width * photo.height];
    unknown.forEach(region -> region.pixels.paint(region.label, labels));
    objects.forEach(object -> object.pixels.paint(object.label, labels));
    return new LabelMask(photo.width, photo.height, labels);
  }

  private record Painted(BinaryMask pixels, int label) {}

  private List<MaskedObjects> masked(Listed listed) {
    // Drawing takes a few milliseconds an object.
    List<Drawn> drawn =
        IntStream.range(0, listed.photos.size())
            .parallel()
            .mapToObj(image -> drawn(listed, image))
            .toList();
    Unusable empty = new Unusable();
    drawn.forEach(each -> each.empty.forEach(id -> empty.add("annotation " + id)));
    empty.warn(LOG, file, "objects that cover no pixel, left out", objects().size());
    return drawn.stream().map(Drawn::objects).toList();
  }

  /**
   * The objects of an image.
   *
   * @param empty ids of those that cover no pixel
   */
  private record Drawn(MaskedObjects objects, List<String> empty) {}

  private Drawn drawn(Listed listed, int image) {
    Photo photo = listed.photos.get(image);
    List<MaskedObjects.Masked> objects = new ArrayList<>();
    List<String> empty = new ArrayList<>();
    for (Annotation annotation : annotations(photo.id)) {
      Optional<Shape> outline = outline(photo, annotation);
      boolean known = outline.isPresent() && !annotation.crowd;
      Optional<BinaryMask> pixels =
          outline
              .or(annotation::bboxAsShape)
              .map(shape -> shape.rasterise(photo.width, photo.height));
      if (pixels.isPresent() && pixels.get().area() > 0) {
        BinaryMask upright = listed.turns.turned(image, pixels.get());
        int category = listed.indices.get(annotation.category);
        objects.add(new MaskedObjects.Masked(category, upright, known));
      } else if (pixels.isPresent()) {
        empty.add(annotation.id);
      }
    }
    return new Drawn(MaskedObjects.of(objects), empty);
  }

  /** The outline of an object, if there is one that fits the image. */
  private static Optional<Shape> outline(Photo photo, Annotation object) {
    return Optional.ofNullable(object.outline.value)
        .filter(shape -> shape.fits(photo.width, photo.height));
  }

  private List<RawBox> raw(Photo photo, Listed listed) {
    return annotations(photo.id).stream()
        .filter(annotation -> annotation.box() != null)
        .map(
            annotation -> {
              double[] box = annotation.box();
              String name = listed.classes.get(listed.indices.get(annotation.category));
              return new RawBox(name, box[0], box[1], box[2], box[3], annotation.crowd);
            })
        .toList();
  }

  /** Photos of the sizes that the file says. */
  private abstract class AnnotatedImages extends ListedImages {
    final Listed listed;

    AnnotatedImages(Listed listed) {
      super(listed.photos.stream().map(Photo::name).toList(), listed.files, listed.classes);
      this.listed = listed;
    }

    @Override
    public final Image image(int index, ImageDecoder decoder) {
      Image image = super.image(index, decoder);
      Photo photo = listed.photos.get(index);
      boolean same = image.width() == photo.width && image.height() == photo.height;
      boolean turned = image.width() == photo.height && image.height() == photo.width;
      if (!same && !(turned && listed.turns.exchangesSides(index))) {
        throw new DatasetException(
            "%s has %d x %d pixels (width x height), but %s says %d x %d: annotations would not fit; take the images that they were made for"
                .formatted(
                    photo.name, image.width(), image.height(), file, photo.width, photo.height));
      }
      return image;
    }
  }

  private final class Masks extends AnnotatedImages implements SegmentationSet {
    Masks(Listed listed) {
      super(listed);
    }

    @Override
    public LabelMask mask(int image) {
      LabelMask mask = CocoInstances.this.mask(listed.photos.get(image), listed.indices);
      return listed.turns.turned(image, mask);
    }
  }

  private final class Instances extends AnnotatedImages implements MaskedBoxSet {
    private final List<MaskedObjects> objects;

    Instances(Listed listed) {
      super(listed);
      this.objects = masked(listed);
    }

    @Override
    public MaskedObjects objects(int image) {
      return objects.get(image);
    }
  }

  private final class Boxes extends AnnotatedImages implements BoxSet {
    private final CheckedBoxes checked;

    Boxes(Listed listed) {
      super(listed);
      List<List<RawBox>> raw = listed.photos.stream().map(photo -> raw(photo, listed)).toList();
      this.checked = CheckedBoxes.of(file, listed.files, raw, listed.classes, listed.turns);
    }

    @Override
    public List<LabelledBox> boxes(int image) {
      return checked.boxes(image);
    }

    @Override
    public List<LabelledBox> ignored(int image) {
      return checked.ignored(image);
    }
  }
}
