package org.flsl.evaluation.data;

import java.nio.file.Path;
import java.util.List;

/**
 * The masks of photos, each a file of its own.
 *
 * @param files in the order of the photos
 * @param turns how they have to be turned to lie on the upright photos
 */
record MaskFiles(List<Path> files, MaskReader reader, Turns turns) {

  /**
   * Looks for the masks of photos.
   *
   * @param names those of the photos in the folder of masks, without extension
   */
  static List<Path> named(NamedFiles folder, List<String> names) {
    return names.stream().map(name -> folder.find(name + ".png")).toList();
  }

  static MaskFiles of(List<Path> photos, List<Path> masks, MaskReader reader) {
    Turns turns = Turns.of(photos, i -> MaskReader.size(masks.get(i)), reader.drawnOn());
    return new MaskFiles(masks, reader, turns);
  }

  /** The mask of a photo as it lies on the upright photo. */
  LabelMask upright(int image) {
    return turns.turned(image, reader.read(files.get(image)));
  }
}
