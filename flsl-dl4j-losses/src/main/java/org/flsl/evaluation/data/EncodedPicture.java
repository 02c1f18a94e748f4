package org.flsl.evaluation.data;

import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import javax.imageio.ImageIO;
import javax.imageio.stream.MemoryCacheImageOutputStream;

/**
 * A picture in the bytes of a file format.
 *
 * <p>Use it wherever pictures are written: of a plain stream ImageIO makes a temporary file of its
 * own first, and hides why the stream could not be written.
 */
public final class EncodedPicture {
  private EncodedPicture() {}

  /**
   * Encodes a picture.
   *
   * @param format a name that ImageIO knows, such as {@code png}
   * @throws IOException if this Java cannot write the picture in that format
   */
  public static byte[] of(BufferedImage picture, String format) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (MemoryCacheImageOutputStream memory = new MemoryCacheImageOutputStream(bytes)) {
      if (!ImageIO.write(picture, format, memory)) {
        throw new IOException("this Java has no writer for such a picture as " + format);
      }
    }
    return bytes.toByteArray();
  }
}
