package org.flsl.evaluation.data;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Predicate;
import org.nd4j.shade.jackson.core.JsonParser;
import org.nd4j.shade.jackson.core.JsonToken;
import org.nd4j.shade.jackson.databind.JsonNode;
import org.nd4j.shade.jackson.databind.ObjectMapper;

/** What stands in COCO's {@code instances_*.json}, read entry by entry. */
final class CocoEntries {
  private static final ObjectMapper JSON = new ObjectMapper();

  private final Path file;
  private final Map<Long, CocoPhoto> photos = new TreeMap<>();
  private final Map<Long, String> categories = new TreeMap<>();
  private final Map<Long, List<CocoAnnotation>> annotations = new HashMap<>();

  private CocoEntries(Path file) {
    this.file = file;
  }

  /**
   * Reads a file.
   *
   * @throws DatasetException if it is no json, or not like COCO's
   */
  static CocoEntries read(Path file) {
    CocoEntries entries = new CocoEntries(file);
    CocoJson.read(file, JSON.getFactory(), entries::read);
    entries.check();
    return entries;
  }

  /** The file. */
  Path file() {
    return file;
  }

  /** The images by id, ascending. */
  List<CocoPhoto> photos() {
    return List.copyOf(photos.values());
  }

  /** The categories by id, ascending. */
  Map<Long, String> categories() {
    return Collections.unmodifiableMap(categories);
  }

  /** The objects of an image. */
  List<CocoAnnotation> of(CocoPhoto photo) {
    return annotations.getOrDefault(photo.id(), List.of());
  }

  /** The objects of all images. */
  List<CocoAnnotation> objects() {
    return photos.values().stream().flatMap(photo -> of(photo).stream()).toList();
  }

  /** The same with some of the images. */
  CocoEntries with(Predicate<CocoPhoto> wanted) {
    CocoEntries some = new CocoEntries(file);
    some.categories.putAll(categories);
    some.annotations.putAll(annotations);
    photos.values().stream().filter(wanted).forEach(photo -> some.photos.put(photo.id(), photo));
    return some;
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
          for (CocoAnnotation each : ofPhoto) {
            if (!categories.containsKey(each.category())) {
              throw new DatasetException(
                  "%s: an object of %s has the category %d, which is not listed: list it, or take such objects away"
                      .formatted(file, photos.get(photo).name(), each.category()));
            }
          }
        });
  }

  private void addPhoto(JsonNode entry) {
    CocoPhoto photo =
        new CocoPhoto(
            number(entry, "id").asLong(),
            required(entry, "file_name").asText(),
            number(entry, "width").asInt(),
            number(entry, "height").asInt());
    CocoPhoto before = photos.put(photo.id(), photo);
    requireOne("image", photo.id(), before == null ? null : before.name(), photo.name());
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
    CocoAnnotation annotation = CocoAnnotation.of(entry, number(entry, "category_id").asLong());
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
}
