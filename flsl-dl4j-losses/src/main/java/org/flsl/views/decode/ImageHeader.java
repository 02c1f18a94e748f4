package org.flsl.views.decode;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * What is known of an image file before decoding it.
 *
 * @param format recognised by content
 * @param width columns as stored, 0 if the header does not tell
 * @param height rows as stored, 0 if the header does not tell
 * @param orientation EXIF orientation, from 1 to 8 where it is known
 */
public record ImageHeader(ImageFormat format, int width, int height, int orientation) {

  static final int UPRIGHT = 1;

  private static final int SHOWN_BYTES = 16;

  private static final int PNG_SIGNATURE = 8;

  /** Length, name and checksum of a chunk. */
  private static final int PNG_CHUNK = 12;

  /** The name "eXIf". */
  private static final int PNG_EXIF = 0x65584966;

  /**
   * Reads the header of a file.
   *
   * @throws UnreadableImageException if it is no image of a known format
   * @throws IOException if the file cannot be read
   */
  public static ImageHeader of(Path file) throws IOException {
    return of(Files.readAllBytes(file));
  }

  /** Reads the header. */
  static ImageHeader of(byte[] file) throws UnreadableImageException {
    if (file.length == 0) {
      throw new UnreadableImageException("the file is empty (0 bytes)");
    }
    ImageFormat format = ImageFormat.of(file);
    if (format == null) {
      throw new UnreadableImageException(
          "not an image of a known format (%d bytes, starting with \"%s\")"
              .formatted(file.length, printableStart(file)));
    }
    ByteBuffer bytes = ByteBuffer.wrap(file).order(ByteOrder.LITTLE_ENDIAN);
    return switch (format) {
      case JPEG -> {
        JpegStructure jpeg = JpegStructure.of(file);
        yield new ImageHeader(format, jpeg.width(), jpeg.height(), jpeg.orientation());
      }
      case PNG -> {
        requireLength(file, 24, format);
        bytes.order(ByteOrder.BIG_ENDIAN);
        yield new ImageHeader(
            format, bytes.getInt(16), bytes.getInt(20), pngOrientation(file, bytes));
      }
      case BMP -> {
        requireLength(file, 26, format);
        boolean oldHeader = bytes.getInt(14) == 12;
        yield oldHeader
            ? new ImageHeader(format, bytes.getShort(18), bytes.getShort(20), UPRIGHT)
            // A negative height means that rows run from the top.
            : new ImageHeader(format, bytes.getInt(18), Math.abs(bytes.getInt(22)), UPRIGHT);
      }
      case GIF -> {
        requireLength(file, 10, format);
        yield new ImageHeader(
            format, bytes.getShort(6) & 0xffff, bytes.getShort(8) & 0xffff, UPRIGHT);
      }
      case WEBP -> {
        WebpContainer webp = new WebpContainer(file);
        yield new ImageHeader(format, webp.width(), webp.height(), webp.orientation());
      }
      case TIFF -> {
        TiffDirectory directory = new TiffDirectory(file, 0, file.length);
        yield new ImageHeader(
            format,
            (int) directory.value(TiffDirectory.WIDTH, 0),
            (int) directory.value(TiffDirectory.HEIGHT, 0),
            (int) directory.value(TiffDirectory.ORIENTATION, UPRIGHT));
      }
    };
  }

  /** Walks the chunks to that of EXIF, which may lie before or behind the pixels. */
  private static int pngOrientation(byte[] file, ByteBuffer bytes) {
    long at = PNG_SIGNATURE;
    while (at + PNG_CHUNK <= file.length) {
      int chunk = (int) at;
      long length = bytes.getInt(chunk) & 0xffffffffL;
      if (bytes.getInt(chunk + 4) == PNG_EXIF && at + PNG_CHUNK + length <= file.length) {
        return (int)
            new TiffDirectory(file, chunk + 8, (int) length)
                .value(TiffDirectory.ORIENTATION, UPRIGHT);
      }
      at += PNG_CHUNK + length;
    }
    return UPRIGHT;
  }

  /** Pixels, or 0 if the header does not tell. */
  long pixels() {
    return (long) Math.max(width, 0) * Math.max(height, 0);
  }

  private static void requireLength(byte[] file, int length, ImageFormat format)
      throws UnreadableImageException {
    if (file.length < length) {
      throw new UnreadableImageException(
          "truncated %s (%d bytes, not even a header)".formatted(format, file.length));
    }
  }

  private static String printableStart(byte[] file) {
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < Math.min(file.length, SHOWN_BYTES); i++) {
      char c = (char) (file[i] & 0xff);
      text.append(c >= ' ' && c < 127 ? c : '.');
    }
    return text.toString();
  }
}
