package org.flsl.views.decode;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Set;
import java.util.zip.CRC32;

/**
 * The chunks of a PNG file, each with its checksum: what is missing or damaged shows before
 * decoding.
 *
 * <p>The native decoder prints its complaints about a file, also about a harmless colour profile,
 * on the error stream. It gets the chunks that make the picture, and no others.
 */
final class PngChunks {

  private static final int SIGNATURE = 8;
  private static final int AROUND = 12;
  private static final Set<String> PICTURE = Set.of("IHDR", "PLTE", "IDAT", "IEND", "tRNS", "eXIf");

  private PngChunks() {}

  /**
   * The file without what does not belong to the picture.
   *
   * @throws UnreadableImageException if it ends early or a checksum is wrong
   */
  static byte[] picture(byte[] file) throws UnreadableImageException {
    ByteBuffer bytes = ByteBuffer.wrap(file);
    ByteArrayOutputStream picture = new ByteArrayOutputStream(file.length);
    picture.write(file, 0, SIGNATURE);
    int at = SIGNATURE;
    while (true) {
      long length = at + AROUND <= file.length ? bytes.getInt(at) & 0xffffffffL : file.length;
      if (at + AROUND + length > file.length) {
        throw new UnreadableImageException(
            "truncated PNG (%d bytes, not the end of the image)".formatted(file.length));
      }
      String name = new String(file, at + 4, 4, StandardCharsets.ISO_8859_1);
      int whole = AROUND + (int) length;
      if (PICTURE.contains(name)) {
        CRC32 checksum = new CRC32();
        checksum.update(file, at + 4, whole - 8);
        if ((int) checksum.getValue() != bytes.getInt(at + whole - 4)) {
          throw new UnreadableImageException(
              "corrupt PNG (the checksum of its part %s is wrong)".formatted(name));
        }
        picture.write(file, at, whole);
      }
      if (name.equals("IEND")) {
        return picture.toByteArray();
      }
      at += whole;
    }
  }
}
