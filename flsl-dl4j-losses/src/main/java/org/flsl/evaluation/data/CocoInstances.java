package org.flsl.evaluation.data;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.flsl.views.FileNames;
import org.flsl.views.decode.ImageDecoder;
import org.flsl.views.pixels.Image;
import org.nd4j.shade.jackson.core.JsonParser;
import org.nd4j.shade.jackson.core.JsonProcessingException;
import org.nd4j.shade.jackson.core.JsonToken;
import org.nd4j.shade.jackson.databind.JsonNode;
import org.nd4j.shade.jackson.databind.ObjectMapper;

/**
 * Objects outlined in COCO's {@code instances_*.json}: polygons, run lengths and boxes.
 *
 * <p>Use {@link #segmentation} for classes of pixels and {@link #boxes} for boxes. Classes are the
 * file's categories by ascending id. The file is read entry by entry, so that its outlines alone
 * take memory; images are read when asked for.
 */
public final class CocoInstances {

  private static final ObjectMapper JSON = new ObjectMapper();

  private final Path file;
  private final Path folder;
  private final Map<Long, Photo> photos = new TreeMap<>();
  private final Map<Long, String> categories = new TreeMap<>();
  private final Map<Long, List<Annotation>> annotations = new HashMap<>();

  private CocoInstances(Path file, Path folder) {
    this.file = file;
    this.folder = folder;
  }

  private record Photo(long id, String name, int width, int height) {}

  /** An object; {@code shape} is null where the file has none. */
  private record Annotation(long category, double[] box, Shape shape, boolean crowd) {}

  /**
   * Reads a file of annotations.
   *
   * @param file the json
   * @param folder where its images are
   * @throws DatasetException if it is missing, no json, or not like COCO's
   */
  public static CocoInstances read(Path file, Path folder) {
    if (!Files.isRegularFile(file)) {
      throw new DatasetException(
          "There is no file "
              + file
              + ": expected COCO's annotations, such as instances_val2017.json");
    }
    CocoInstances coco = new CocoInstances(file, folder);
    try (InputStream content = Files.newInputStream(file);
        JsonParser parser = JSON.getFactory().createParser(content)) {
      coco.read(parser);
    } catch (JsonProcessingException e) {
      throw new DatasetException(
          "%s is not COCO's json (line %d: %s)"
              .formatted(
                  file,
                  e.getLocation() == null ? 0 : e.getLocation().getLineNr(),
                  e.getOriginalMessage().lines().findFirst().orElse("")),
          e);
    } catch (IOException e) {
      throw new DatasetException("Cannot read " + file + ": " + e.getMessage(), e);
    }
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
          case "categories" ->
              categories.put(number(entry, "id").asLong(), required(entry, "name").asText());
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
                file + " annotates the image " + photo + ", which it does not list");
          }
          for (Annotation each : ofPhoto) {
            if (!categories.containsKey(each.category)) {
              throw new DatasetException(
                  "%s: an object of %s has the category %d, which is not listed"
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
    photos.put(photo.id, photo);
  }

  private void addAnnotation(JsonNode entry) {
    try {
      Annotation annotation =
          new Annotation(
              number(entry, "category_id").asLong(),
              entry.hasNonNull("bbox") ? numbers(entry.get("bbox")) : null,
              entry.hasNonNull("segmentation") ? shape(entry.get("segmentation")) : null,
              entry.path("iscrowd").asInt() == 1);
      annotations
          .computeIfAbsent(number(entry, "image_id").asLong(), photo -> new ArrayList<>())
          .add(annotation);
    } catch (DatasetException e) {
      throw e;
    } catch (IllegalArgumentException e) {
      throw new DatasetException(
          "%s, annotation %s: %s"
              .formatted(file, entry.path("id").asText("without id"), e.getMessage()),
          e);
    }
  }

  private static Shape shape(JsonNode segmentation) {
    if (segmentation.isArray()) {
      List<double[]> polygons = new ArrayList<>();
      segmentation.forEach(polygon -> polygons.add(numbers(polygon)));
      return new Polygons(polygons);
    }
    JsonNode size = segmentation.path("size");
    JsonNode counts = segmentation.path("counts");
    if (size.size() != 2 || !(counts.isTextual() || counts.isArray())) {
      throw new IllegalArgumentException(
          "a segmentation that is neither polygons nor run lengths with size and counts");
    }
    int height = size.get(0).asInt();
    int width = size.get(1).asInt();
    if (counts.isTextual()) {
      return RunLengths.compressed(width, height, counts.asText());
    }
    int[] runs = new int[counts.size()];
    for (int i = 0; i < runs.length; i++) {
      runs[i] = counts.get(i).asInt();
    }
    return RunLengths.uncompressed(width, height, runs);
  }

  private static double[] numbers(JsonNode array) {
    double[] numbers = new double[array.size()];
    for (int i = 0; i < numbers.length; i++) {
      if (!array.get(i).isNumber()) {
        throw new IllegalArgumentException(
            "\"" + array.get(i).asText() + "\" where a number belongs");
      }
      numbers[i] = array.get(i).asDouble();
    }
    return numbers;
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

  /**
   * The images with classes of pixels; class 0 is the background, the categories follow.
   *
   * <p>Where objects overlap the smaller one is on top, so that small objects stay visible. Crowds
   * are {@link LabelMask#IGNORED}, except where an object covers them.
   */
  public SegmentationSet segmentation() {
    List<String> classes = new ArrayList<>(List.of("background"));
    classes.addAll(categories.values());
    return new Masks(this, List.copyOf(photos.values()), List.copyOf(classes));
  }

  /** The images with boxes, without those of crowds; every image, also those without objects. */
  public BoxSet boxes() {
    return new Boxes(this, List.copyOf(photos.values()), List.copyOf(categories.values()));
  }

  private int index(long category) {
    return List.copyOf(categories.keySet()).indexOf(category);
  }

  private LabelMask mask(Photo photo) {
    List<Painted> crowds = new ArrayList<>();
    List<Painted> objects = new ArrayList<>();
    for (Annotation annotation : annotations.getOrDefault(photo.id, List.of())) {
      if (annotation.shape != null) {
        BinaryMask pixels = pixels(photo, annotation.shape);
        if (annotation.crowd) {
          crowds.add(new Painted(pixels, LabelMask.IGNORED));
        } else {
          objects.add(new Painted(pixels, 1 + index(annotation.category)));
        }
      }
    }
    objects.sort(Comparator.comparingInt((Painted object) -> object.pixels.area()).reversed());
    int[] labels = new int[photo.width * photo.height];
    crowds.forEach(crowd -> crowd.pixels.paint(crowd.label, labels));
    objects.forEach(object -> object.pixels.paint(object.label, labels));
    return new LabelMask(photo.width, photo.height, labels);
  }

  private record Painted(BinaryMask pixels, int label) {}

  private BinaryMask pixels(Photo photo, Shape shape) {
    try {
      return shape.rasterise(photo.width, photo.height);
    } catch (IllegalArgumentException e) {
      throw new DatasetException(file + ", image " + photo.name + ": " + e.getMessage(), e);
    }
  }

  private List<LabelledBox> boxes(Photo photo) {
    List<LabelledBox> boxes = new ArrayList<>();
    for (Annotation annotation : annotations.getOrDefault(photo.id, List.of())) {
      double[] box = annotation.box;
      if (annotation.crowd || box == null) {
        continue;
      }
      if (box.length != 4 || box[2] < 0 || box[3] < 0) {
        throw new DatasetException(
            "%s, image %s: a bbox needs x, y, width and height, got %s"
                .formatted(file, photo.name, java.util.Arrays.toString(box)));
      }
      boxes.add(
          new LabelledBox(
              index(annotation.category), box[0], box[1], box[0] + box[2], box[1] + box[3]));
    }
    return boxes;
  }

  private Image image(Photo photo, ImageDecoder decoder) {
    Image image = StoredImage.read(FileNames.resolve(folder, photo.name), decoder);
    if (image.width() != photo.width || image.height() != photo.height) {
      throw new DatasetException(
          "%s has %d x %d pixels, but %s says %d x %d: annotations would not fit; take the images that they were made for"
              .formatted(
                  photo.name, image.width(), image.height(), file, photo.width, photo.height));
    }
    return image;
  }

  private record Masks(CocoInstances coco, List<Photo> photos, List<String> classes)
      implements SegmentationSet {

    @Override
    public int size() {
      return photos.size();
    }

    @Override
    public String name(int image) {
      return photos.get(image).name;
    }

    @Override
    public Image image(int image, ImageDecoder decoder) {
      return coco.image(photos.get(image), decoder);
    }

    @Override
    public LabelMask mask(int image) {
      return coco.mask(photos.get(image));
    }
  }

  private record Boxes(CocoInstances coco, List<Photo> photos, List<String> classes)
      implements BoxSet {

    @Override
    public int size() {
      return photos.size();
    }

    @Override
    public String name(int image) {
      return photos.get(image).name;
    }

    @Override
    public Image image(int image, ImageDecoder decoder) {
      return coco.image(photos.get(image), decoder);
    }

    @Override
    public List<LabelledBox> boxes(int image) {
      return coco.boxes(photos.get(image));
    }
  }
}
