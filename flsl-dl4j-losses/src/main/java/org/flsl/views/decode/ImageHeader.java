package org.flsl.views.decode;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * What is known of an image file before decoding it.
 *
 * @param format recognised by content
 * @param width columns as stored, 0 if the header does not tell
 * @param height rows as stored, 0 if the header does not tell
 * @param deep whether it has more than 8 bits per channel, or is a TIFF with more than four
 *     channels
 * @param orientation EXIF orientation, from 1 to 8 where it is known
 */
public record ImageHeader(
    ImageFormat format, int width, int height, boolean deep, int orientation) {

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
    if (format == null && isHeif(file)) {
      throw new UnreadableImageException(
          "HEIF (.heic, .avif) is not supported, whatever the file is called: convert it to JPEG or"
              + " PNG");
    }
    if (format == null) {
      throw new UnreadableImageException(
          "not an image of a known format (%d bytes, starting with \"%s\")"
              .formatted(file.length, printableStart(file)));
    }
    ByteBuffer bytes = ByteBuffer.wrap(file).order(ByteOrder.LITTLE_ENDIAN);
    return switch (format) {
      case JPEG -> {
        JpegStructure jpeg = JpegStructure.of(file);
        yield new ImageHeader(format, jpeg.width(), jpeg.height(), false, jpeg.orientation());
      }
      case PNG -> {
        requireLength(file, 25, format);
        bytes.order(ByteOrder.BIG_ENDIAN);
        yield new ImageHeader(
            format,
            bytes.getInt(16),
            bytes.getInt(20),
            file[24] == 16,
            pngOrientation(file, bytes));
      }
      case BMP -> {
        requireLength(file, 26, format);
        boolean oldHeader = bytes.getInt(14) == 12;
        if (!oldHeader) {
          requirePixels(bytes);
        }
        yield oldHeader
            ? new ImageHeader(format, bytes.getShort(18), bytes.getShort(20), false, UPRIGHT)
            // A negative height means that rows run from the top.
            : new ImageHeader(format, bytes.getInt(18), Math.abs(bytes.getInt(22)), false, UPRIGHT);
      }
      case GIF -> {
        requireLength(file, 10, format);
        yield new ImageHeader(
            format, bytes.getShort(6) & 0xffff, bytes.getShort(8) & 0xffff, false, UPRIGHT);
      }
      case WEBP -> {
        WebpContainer webp = new WebpContainer(file);
        yield new ImageHeader(format, webp.width(), webp.height(), false, webp.orientation());
      }
      case TIFF -> {
        TiffDirectory directory = new TiffDirectory(file, 0, file.length);
        yield new ImageHeader(
            format,
            (int) directory.value(TiffDirectory.WIDTH, 0),
            (int) directory.value(TiffDirectory.HEIGHT, 0),
            TiffBands.isNeeded(directory),
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

  /** Refuses a BMP without compression that is shorter than its rows, each of whole words. */
  private static void requirePixels(ByteBuffer bmp) throws UnreadableImageException {
    boolean compressed = bmp.limit() < 34 || bmp.getInt(30) != 0 && bmp.getInt(30) != 3;
    long row = ((long) bmp.getInt(18) * bmp.getShort(28) + 31) / 32 * 4;
    long whole = (bmp.getInt(10) & 0xffffffffL) + row * Math.abs(bmp.getInt(22));
    if (!compressed && bmp.limit() < whole) {
      throw new UnreadableImageException(
          "truncated BMP (%d of %d bytes)".formatted(bmp.limit(), whole));
    }
  }

  /** What phones store, often under the name of a JPEG. */
  private static boolean isHeif(byte[] file) {
    return file.length > 8 && new String(file, 4, 4, StandardCharsets.US_ASCII).equals("ftyp");
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
