package org.flsl.examples.predict;

import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Supplier;
import org.flsl.examples.pictures.PictureFile;

/**
 * Pictures for people of what a model says, over the photos.
 *
 * @param folder that they are written to
 * @param wanted whether there are any
 * @param leastScore of a detection that is drawn
 */
record Overlays(Path folder, boolean wanted, double leastScore) {

  /** Writes the picture of a photo, if it is wanted. */
  void add(Predictions.Photo photo, Supplier<BufferedImage> drawing) throws IOException {
    if (wanted) {
      BufferedImage picture = drawing.get();
      Path file = folder.resolve(photo.name() + ".png");
      Files.createDirectories(file.getParent());
      PictureFile.write(picture, "png", file);
    }
  }

  /** What was written, if anything. */
  List<String> line(String what) {
    return wanted ? List.of(folder + "  " + what) : List.of();
  }
}
