package org.flsl.examples.pictures;

import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Path;
import javax.imageio.ImageIO;
import javax.imageio.stream.MemoryCacheImageOutputStream;
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
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    // Of a plain stream ImageIO makes a file of its own first, and hides what happened to it.
    try (MemoryCacheImageOutputStream out = new MemoryCacheImageOutputStream(bytes)) {
      ImageIO.write(picture, format, out);
    }
    AtomicFile.write(file, bytes::writeTo);
  }
}
