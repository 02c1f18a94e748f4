package org.flsl.evaluation.detection;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.TreeMap;
import java.util.stream.IntStream;
import org.flsl.evaluation.data.BoxSet;
import org.flsl.evaluation.data.CocoInstances;
import org.flsl.evaluation.data.CocoInstances.AnnotatedImage;
import org.flsl.evaluation.data.CocoInstances.AnnotatedObject;
import org.flsl.evaluation.data.CocoJson;
import org.flsl.evaluation.data.CocoNotation;
import org.flsl.evaluation.data.DatasetException;
import org.flsl.evaluation.data.ImageSize;
import org.flsl.evaluation.data.LabelledBox;
import org.flsl.evaluation.data.RunLengths;
import org.flsl.evaluation.detection.JudgedImage.FoundObject;
import org.flsl.evaluation.detection.JudgedImage.TrueObject;
import org.flsl.views.FileNames;
import org.flsl.views.pixels.Image;
import org.nd4j.shade.jackson.core.JsonParser;
import org.nd4j.shade.jackson.core.JsonToken;
import org.nd4j.shade.jackson.databind.JsonNode;
import org.nd4j.shade.jackson.databind.ObjectMapper;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Detections in COCO's json, beside the truth that they are judged by.
 *
 * <p>Either a list of results, {@code [{"image_id", "category_id", "bbox" or "segmentation",
 * "score"}]}, whose numbers are those of the truth; or an object with the sections {@code images},
 * {@code categories} and {@code annotations}, whose images and categories are those of the same
 * names; images also without the endings of their names, and with accents in either of Unicode's
 * ways.
 */
public final class CocoPredictions {
  private static final Logger LOG = LoggerFactory.getLogger(CocoPredictions.class);
  private static final ObjectMapper JSON = new ObjectMapper();

  private final Path file;
  private final List<JsonNode> results = new ArrayList<>();

  /** Names by number, where the file has such sections; null otherwise. */
  private Map<Long, String> images;

  private Map<Long, String> categories;

  /** Sizes of images by their numbers, as far as the file tells them. */
  private Map<Long, ImageSize> sizes = new HashMap<>();

  private CocoPredictions(Path file) {
    this.file = file;
  }

  /**
   * Reads a file.
   *
   * @throws DatasetException if it is missing or no such json
   */
  public static CocoPredictions read(Path file) {
    CocoPredictions predictions = new CocoPredictions(file);
    CocoJson.read(file, JSON.getFactory(), predictions::read);
    return predictions;
  }

  private void read(JsonParser parser) throws IOException {
    JsonToken first = parser.nextToken();
    if (first == JsonToken.START_ARRAY) {
      readResults(parser);
    } else if (first == JsonToken.START_OBJECT) {
      images = new HashMap<>();
      categories = new HashMap<>();
      while (parser.nextToken() == JsonToken.FIELD_NAME) {
        String section = parser.getCurrentName();
        boolean isList = parser.nextToken() == JsonToken.START_ARRAY;
        if (isList && section.equals("annotations")) {
          readResults(parser);
        } else if (isList && section.equals("images")) {
          readImages(parser);
        } else if (isList && section.equals("categories")) {
          readCategories(parser);
        } else {
          parser.skipChildren();
        }
      }
    } else {
      throw new DatasetException(
          file
              + " holds no detections: expected COCO's list of results, or its json of annotations");
    }
  }

  private void readResults(JsonParser parser) throws IOException {
    while (parser.nextToken() != JsonToken.END_ARRAY) {
      results.add(JSON.readTree(parser));
    }
  }

  private void readImages(JsonParser parser) throws IOException {
    while (parser.nextToken() != JsonToken.END_ARRAY) {
      JsonNode entry = JSON.readTree(parser);
      long id = entry.path("id").asLong();
      images.put(id, FileNames.composed(entry.path("file_name").asText()));
      int height = entry.path("height").asInt();
      int width = entry.path("width").asInt();
      if (height > 0 && width > 0) {
        sizes.put(id, new ImageSize(height, width));
      }
    }
  }

  private void readCategories(JsonParser parser) throws IOException {
    while (parser.nextToken() != JsonToken.END_ARRAY) {
      JsonNode entry = JSON.readTree(parser);
      categories.put(entry.path("id").asLong(), entry.path("name").asText());
    }
  }

  /**
   * The images of the truth with what was found in them, by boxes. Where the file names images and
   * categories, detections in others than the truth's are counted in a warning.
   *
   * @throws DatasetException if a detection fits no image or category, or has no box or score
   */
  public List<JudgedImage> boxes(CocoInstances truth) {
    return judged(truth, false);
  }

  /**
   * The images of a set with what was found in them, by boxes. Images and classes go by their
   * names; detections in other images, such as those of another list, are counted in a warning.
   *
   * @throws DatasetException if the file has no names, or none of the set's images
   */
  public List<JudgedImage> boxes(BoxSet truth) {
    return judged(truth, false);
  }

  /**
   * The images of a set with what was found in them, by masks; as {@link #boxes(BoxSet)}.
   *
   * @throws DatasetException if the file has no names, or none of the set's images
   */
  public List<JudgedImage> masks(BoxSet truth) {
    return judged(truth, true);
  }

  /**
   * The images of the truth with what was found in them, by masks; as {@link
   * #boxes(CocoInstances)}.
   *
   * @throws DatasetException if a detection fits no image or category, or has no mask or score
   */
  public List<JudgedImage> masks(CocoInstances truth) {
    return judged(truth, true);
  }

  private List<JudgedImage> judged(CocoInstances truth, boolean masks) {
    List<AnnotatedImage> annotated = truth.annotated(masks);
    Map<Long, String> classes = truth.categories();
    // Numbers that mean nothing are a mistake; names of others are those of more images.
    CocoPredictions known =
        images == null || categories == null ? this : within(annotated, classes);
    return known.judged(annotated, classes, masks);
  }

  private List<JudgedImage> judged(BoxSet truth, boolean masks) {
    if (images == null || categories == null) {
      throw new DatasetException(
          "%s tells images and categories by numbers, but the truth by names: give a json with the sections images and categories, as ./flsl predict writes it"
              .formatted(file));
    }
    Map<Long, String> classes = new TreeMap<>();
    truth.classes().forEach(name -> classes.put((long) classes.size(), name));
    List<AnnotatedImage> annotated =
        IntStream.range(0, truth.size()).mapToObj(i -> annotated(truth, i, masks)).toList();
    return within(annotated, classes).judged(annotated, classes, masks);
  }

  private AnnotatedImage annotated(BoxSet truth, int image, boolean masks) {
    List<LabelledBox> boxes = new ArrayList<>(truth.boxes(image));
    int known = boxes.size();
    boxes.addAll(truth.ignored(image));
    List<AnnotatedObject> objects = new ArrayList<>();
    for (int i = 0; i < boxes.size(); i++) {
      LabelledBox box = boxes.get(i);
      double[] bbox = {box.left(), box.top(), box.right() - box.left(), box.bottom() - box.top()};
      objects.add(
          new AnnotatedObject(
              "%d of %s".formatted(i + 1, truth.name(image)),
              box.category(),
              Optional.of(bbox),
              masks ? Optional.of(truth.masks(image).get(i)) : Optional.empty(),
              OptionalDouble.empty(),
              i >= known));
    }
    // Its size is asked for by outlines alone, and takes time.
    boolean outlined = masks || results.stream().anyMatch(result -> !result.hasNonNull("bbox"));
    Optional<Image> photo = outlined ? Optional.of(truth.image(image)) : Optional.empty();
    return new AnnotatedImage(
        image,
        truth.name(image),
        photo.map(Image::width).orElse(0),
        photo.map(Image::height).orElse(0),
        objects);
  }

  /** Those of images and categories that there are; the others are counted in a warning. */
  private CocoPredictions within(List<AnnotatedImage> truth, Map<Long, String> classes) {
    Map<Object, Integer> places = places(truth);
    CocoPredictions known = new CocoPredictions(file);
    known.images = images;
    known.categories = categories;
    known.sizes = sizes;
    for (int i = 0; i < results.size(); i++) {
      JsonNode result = results.get(i);
      if (place(places, number(result, i, "image_id").asLong()) != null
          && classes.containsValue(categories.get(number(result, i, "category_id").asLong()))) {
        known.results.add(result);
      }
    }
    int others = results.size() - known.results.size();
    if (others > 0 && others == results.size()) {
      throw new DatasetException(
          "%s: none of the %d detections is in an image of the truth and of one of its classes; its images are called %s, those of the truth %s"
              .formatted(
                  file,
                  others,
                  images.values().stream().findFirst().orElse("nothing"),
                  truth.get(0).name()));
    }
    if (others > 0) {
      LOG.warn(
          "{}: detections in images or of classes that do not occur in the truth, left out: {} of {}",
          file,
          others,
          results.size());
    }
    return known;
  }

  private List<JudgedImage> judged(
      List<AnnotatedImage> annotated, Map<Long, String> categoriesOfTruth, boolean masks) {
    Map<Long, Integer> classes = new HashMap<>();
    Map<String, Integer> named = new HashMap<>();
    categoriesOfTruth.forEach(
        (id, name) -> {
          // By name, two categories of one are the first of them.
          int next = classes.size();
          int first = named.computeIfAbsent(name, unknown -> next);
          classes.put(id, categories == null ? next : first);
        });
    Map<Object, Integer> places = places(annotated);
    List<List<FoundObject>> found = new ArrayList<>();
    annotated.forEach(image -> found.add(new ArrayList<>()));
    for (int i = 0; i < results.size(); i++) {
      JsonNode result = results.get(i);
      long imageId = number(result, i, "image_id").asLong();
      Integer place = place(places, imageId);
      long categoryId = number(result, i, "category_id").asLong();
      Integer category =
          categories == null ? classes.get(categoryId) : named.get(categories.get(categoryId));
      if (place == null || category == null) {
        throw problem(
            i,
            place == null
                ? "is of image %d (%s), which is none of the %d images of the truth"
                    .formatted(imageId, name(images, imageId), annotated.size())
                : "has the category %d (%s), which is none of the truth's: %s"
                    .formatted(categoryId, name(categories, categoryId), categoriesOfTruth));
      }
      double score = number(result, i, "score").asDouble();
      found.get(place).add(found(result, i, category, score, annotated.get(place), masks));
    }
    List<JudgedImage> judged = new ArrayList<>();
    List<String> without = new ArrayList<>();
    for (int i = 0; i < annotated.size(); i++) {
      List<TrueObject> objects = new ArrayList<>();
      for (AnnotatedObject object : annotated.get(i).objects()) {
        region(object, masks)
            .ifPresentOrElse(
                region ->
                    objects.add(
                        new TrueObject(
                            classes.get(object.category()),
                            region,
                            object.area().orElse(region.area()),
                            object.crowd())),
                () -> without.add(object.id()));
      }
      judged.add(new JudgedImage(objects, found.get(i)));
    }
    warnOfOtherSizes(annotated, places);
    if (!without.isEmpty()) {
      LOG.warn(
          "objects of the truth without {} that can be used, which do not count: {}, the first: annotation {}",
          masks ? "an outline" : "a box",
          without.size(),
          without.get(0));
    }
    return judged;
  }

  /** Boxes in photos as stored are elsewhere than those in photos that were turned upright. */
  private void warnOfOtherSizes(List<AnnotatedImage> annotated, Map<Object, Integer> places) {
    int others = 0;
    String first = "";
    for (Map.Entry<Long, ImageSize> entry : sizes.entrySet()) {
      Integer place = place(places, entry.getKey());
      if (place == null || annotated.get(place).width() == 0) {
        continue;
      }
      AnnotatedImage image = annotated.get(place);
      ImageSize size = new ImageSize(image.height(), image.width());
      if (!size.equals(entry.getValue())) {
        others++;
        first =
            "%s, %d x %d and %d x %d pixels (width x height)"
                .formatted(
                    image.name(),
                    entry.getValue().width(),
                    entry.getValue().height(),
                    image.width(),
                    image.height());
      }
    }
    if (others > 0) {
      LOG.warn(
          "{}: images of another size than in the truth, so that boxes lie elsewhere (photos with an EXIF orientation?): {} of {}, such as {}",
          file,
          others,
          sizes.size(),
          first);
    }
  }

  /** Where an image of this file is in the truth's list, or null. */
  private Integer place(Map<Object, Integer> places, long imageId) {
    if (images == null) {
      return places.get(imageId);
    }
    String name = images.get(imageId);
    Integer exact = places.get(name);
    return exact == null && name != null ? places.get(FileNames.withoutEnding(name)) : exact;
  }

  /** Where the images of the truth are in their list, by what tells them. */
  private Map<Object, Integer> places(List<AnnotatedImage> annotated) {
    Map<Object, Integer> places = new HashMap<>();
    for (int i = 0; i < annotated.size(); i++) {
      if (images == null) {
        places.put(annotated.get(i).id(), i);
      } else {
        // Where names are known without their endings, those are the names.
        places.putIfAbsent(FileNames.withoutEnding(FileNames.composed(annotated.get(i).name())), i);
      }
    }
    if (images != null) {
      IntStream.range(0, annotated.size())
          .forEach(i -> places.put(FileNames.composed(annotated.get(i).name()), i));
    }
    return places;
  }

  private static String name(Map<Long, String> names, long id) {
    return names == null || names.get(id) == null ? "no name" : names.get(id);
  }

  private static Optional<Region> region(AnnotatedObject object, boolean masks) {
    return masks
        ? object.mask().map(Region.Mask::new)
        : object.bbox().map(box -> new Region.Box(box[0], box[1], box[2], box[3]));
  }

  private FoundObject found(
      JsonNode result,
      int number,
      int category,
      double score,
      AnnotatedImage image,
      boolean masks) {
    JsonNode outline = result.path("segmentation");
    try {
      if (!masks && result.hasNonNull("bbox")) {
        return new FoundObject(category, score, box(result.get("bbox")));
      }
      if (outline.isMissingNode() || outline.isNull()) {
        throw problem(number, masks ? "has no segmentation" : "has neither bbox nor segmentation");
      }
      RunLengths mask = CocoNotation.mask(outline, image.width(), image.height());
      if (masks) {
        return new FoundObject(category, score, new Region.Mask(mask));
      }
      double[] edges = mask.bounds();
      return new FoundObject(
          category,
          score,
          new Region.Box(edges[0], edges[1], edges[2] - edges[0], edges[3] - edges[1]));
    } catch (DatasetException e) {
      throw e;
    } catch (IllegalArgumentException e) {
      throw problem(number, "cannot be used: " + e.getMessage());
    }
  }

  /** Boxes without an area are found all the same: they are wrong. */
  private static Region box(JsonNode bbox) {
    double[] box = CocoNotation.numbers(bbox);
    if (box.length != 4) {
      throw new IllegalArgumentException("a bbox has four numbers, got " + box.length);
    }
    return new Region.Box(box[0], box[1], box[2], box[3]);
  }

  private JsonNode number(JsonNode result, int number, String field) {
    JsonNode value = result.path(field);
    if (!value.isNumber()) {
      throw problem(
          number,
          value.isMissingNode()
              ? "has no " + field
              : "has the %s %s, expected a number".formatted(field, value));
    }
    return value;
  }

  private DatasetException problem(int number, String what) {
    return new DatasetException(
        "%s: detection %d of %d %s".formatted(file, number + 1, results.size(), what));
  }
}
