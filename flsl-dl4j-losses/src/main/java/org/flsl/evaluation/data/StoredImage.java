package org.flsl.evaluation.data;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.flsl.views.FileNames;
import org.flsl.views.decode.FileProblem;
import org.flsl.views.decode.ImageDecoder;
import org.flsl.views.pixels.Image;

/** Reads images of a data set at full size. */
final class StoredImage {

  private StoredImage() {}

  /**
   * Decodes a file that annotations name.
   *
   * @throws UnreadablePhotoException if it is unreadable
   * @throws DatasetException if it is missing
   */
  static Image read(Path file, ImageDecoder decoder) {
    if (!Files.isRegularFile(file)) {
      throw new DatasetException(
          "There is no image %s, which the annotations name; check the folder's layout"
              .formatted(file));
    }
    return decode(file, () -> Files.readAllBytes(file), decoder);
  }

  /** Where the bytes of an image come from. */
  interface Content {
    byte[] read() throws IOException;
  }

  /**
   * Decodes an image that was found.
   *
   * @param file what to call it
   * @throws UnreadablePhotoException if it is unreadable
   */
  static Image decode(Path file, Content content, ImageDecoder decoder) {
    try {
      return decoder.decode(content.read());
    } catch (IOException e) {
      throw new UnreadablePhotoException(
          "Cannot read the image " + FileNames.text(file) + ": " + FileProblem.explain(e), e);
    }
  }
}
