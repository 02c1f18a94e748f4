package org.flsl.evaluation.data;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.flsl.views.decode.FileProblem;
import org.flsl.views.decode.ImageDecoder;
import org.flsl.views.pixels.RgbImage;

/** Reads images of a data set at full size. */
final class StoredImage {

  private StoredImage() {}

  /**
   * Decodes a file that annotations name.
   *
   * @throws DatasetException if it is missing or unreadable
   */
  static RgbImage read(Path file) {
    if (!Files.isRegularFile(file)) {
      throw new DatasetException(
          "There is no image %s, which the annotations name; check the folder's layout"
              .formatted(file));
    }
    return decode(file);
  }

  /**
   * Decodes a file that was found.
   *
   * @throws DatasetException if it is unreadable
   */
  static RgbImage decode(Path file) {
    try {
      return new ImageDecoder().decode(file);
    } catch (IOException e) {
      throw new DatasetException(
          "Cannot read the image " + file + ": " + FileProblem.explain(e), e);
    }
  }
}
