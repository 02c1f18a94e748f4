package org.flsl.evaluation.data;

import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What a set of the images of COCO's json is made of.
 *
 * @param photos in order
 * @param files those of the photos
 * @param turns of the photos
 * @param classes by their numbers
 * @param indices the number of the class of each category
 */
record CocoListing(
    CocoEntries entries,
    List<CocoPhoto> photos,
    List<Path> files,
    Turns turns,
    List<String> classes,
    Map<Long, Integer> indices) {

  private static final Logger LOG = LoggerFactory.getLogger(CocoListing.class);

  /**
   * Looks at files and categories; those of one name are one class.
   *
   * @param before classes that come before the categories
   */
  static CocoListing of(CocoEntries entries, NamedFiles images, DrawnOn drawnOn, String... before) {
    Map<Long, String> categories = entries.categories();
    List<String> classes =
        Stream.concat(Stream.of(before), categories.values().stream()).distinct().toList();
    int twice = before.length + categories.size() - classes.size();
    if (twice > 0) {
      LOG.warn(
          "{}: categories with the name of another, one class with it: {} of {}",
          entries.file(),
          twice,
          categories.size());
    }
    Map<Long, Integer> indices = new HashMap<>();
    categories.forEach((id, name) -> indices.put(id, classes.indexOf(name)));
    List<CocoPhoto> photos = entries.photos();
    List<Path> files = photos.stream().map(photo -> images.find(photo.name())).toList();
    Turns turns =
        Turns.of(
            files,
            i -> Optional.of(new ImageSize(photos.get(i).height(), photos.get(i).width())),
            drawnOn);
    return new CocoListing(entries, photos, files, turns, classes, indices);
  }

  /** The number of an object's class. */
  int index(CocoAnnotation object) {
    return indices.get(object.category());
  }
}
