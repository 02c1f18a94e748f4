package org.flsl.views.decode;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;

/**
 * The chunks of a WEBP file: size, EXIF orientation, and the first frame of an animation.
 *
 * <p>Needed because the native decoder ignores the orientation and refuses animations.
 */
final class WebpContainer {

  private static final int RIFF_HEADER = 12;
  private static final int CHUNK_HEADER = 8;

  /** Position, size, duration and flags of an animation frame, before its own chunks. */
  private static final int FRAME_HEADER = 16;

  private static final int EXIF_PREFIX = 6;

  private final byte[] file;
  private final ByteBuffer bytes;
  private int width;
  private int height;
  private long orientation = ImageHeader.UPRIGHT;
  private int firstFrame;

  /** Walks the chunks. */
  WebpContainer(byte[] file) throws UnreadableImageException {
    this.file = file;
    this.bytes = ByteBuffer.wrap(file).order(ByteOrder.LITTLE_ENDIAN);
    long declared = CHUNK_HEADER + (bytes.getInt(4) & 0xffffffffL);
    if (declared > file.length) {
      throw new UnreadableImageException(
          "truncated WEBP (%d of %d bytes)".formatted(file.length, declared));
    }
    long at = RIFF_HEADER;
    while (at + CHUNK_HEADER <= file.length) {
      int start = (int) at + CHUNK_HEADER;
      long length = length((int) at);
      visit(name((int) at), start, (int) Math.min(length, file.length - start));
      at = start + length + (length & 1);
    }
  }

  /** Columns, or 0 for a simple file without an extended header. */
  int width() {
    return width;
  }

  /** Rows, or 0 for a simple file without an extended header. */
  int height() {
    return height;
  }

  int orientation() {
    return orientation >= 1 && orientation <= 8 ? (int) orientation : ImageHeader.UPRIGHT;
  }

  /** The file itself, or for an animation a simple file made of its first frame, without alpha. */
  byte[] still() throws UnreadableImageException {
    if (firstFrame == 0) {
      return file;
    }
    int at = firstFrame + FRAME_HEADER;
    while (at + CHUNK_HEADER <= file.length) {
      long length = length(at);
      long next = at + CHUNK_HEADER + length + (length & 1);
      if (next > file.length) {
        break;
      }
      if (name(at).equals("VP8 ") || name(at).equals("VP8L")) {
        int size = (int) (next - at);
        return ByteBuffer.allocate(RIFF_HEADER + size)
            .order(ByteOrder.LITTLE_ENDIAN)
            .put(file, 0, 4)
            .putInt(RIFF_HEADER - CHUNK_HEADER + size)
            .put(file, 8, 4)
            .put(file, at, size)
            .array();
      }
      at = (int) next;
    }
    throw new UnreadableImageException("animated WEBP without a picture in its first frame");
  }

  private void visit(String chunk, int start, int length) {
    if (chunk.equals("VP8X") && length >= 10) {
      width = 1 + (bytes.getInt(start + 4) & 0xffffff);
      height = 1 + (bytes.getInt(start + 6) >>> 8);
    } else if (chunk.equals("ANMF") && firstFrame == 0) {
      firstFrame = start;
    } else if (chunk.equals("EXIF")) {
      // Some writers put JPEG's prefix "Exif" before the TIFF structure.
      boolean prefixed = length > EXIF_PREFIX && file[start] == 'E' && file[start + 1] == 'x';
      int skipped = prefixed ? EXIF_PREFIX : 0;
      orientation =
          new TiffDirectory(file, start + skipped, length - skipped)
              .value(TiffDirectory.ORIENTATION, ImageHeader.UPRIGHT);
    }
  }

  private String name(int chunk) {
    return new String(file, chunk, 4, StandardCharsets.US_ASCII);
  }

  private long length(int chunk) {
    return bytes.getInt(chunk + 4) & 0xffffffffL;
  }
}
