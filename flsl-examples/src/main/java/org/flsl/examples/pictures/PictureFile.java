package org.flsl.examples.pictures;

import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Path;
import org.flsl.evaluation.data.EncodedPicture;
import org.flsl.training.checkpoint.AtomicFile;

/** A picture as a file, there whole or not at all. */
public final class PictureFile {
  private PictureFile() {}

  /**
   * Writes a picture.
   *
   * @param format a name that ImageIO knows, such as {@code png}
   * @throws IOException with the system's reason if the file cannot be written
   */
  public static void write(BufferedImage picture, String format, Path file) throws IOException {
    byte[] bytes = EncodedPicture.of(picture, format);
    AtomicFile.write(file, out -> out.write(bytes));
  }
}
