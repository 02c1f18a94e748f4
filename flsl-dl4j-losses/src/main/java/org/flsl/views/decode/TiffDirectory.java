package org.flsl.views.decode;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * The first directory of a TIFF structure, which is what a TIFF file and an EXIF block start with.
 *
 * <p>Reads single numbers by tag, of several the first; anything malformed reads as absent, because
 * the decoder has the last word on whether a file is good.
 */
final class TiffDirectory {

  static final int WIDTH = 0x100;
  static final int HEIGHT = 0x101;
  static final int BITS = 0x102;
  static final int PHOTOMETRIC = 0x106;
  static final int ORIENTATION = 0x112;
  static final int BANDS = 0x115;
  static final int SAMPLE_FORMAT = 0x153;

  private static final int CLASSIC_TIFF = 42;
  private static final int BIG_TIFF = 43;
  private static final int TYPE_SHORT = 3;
  private static final int ENTRY_BYTES = 12;

  private final ByteBuffer block;

  /** Views {@code length} bytes from {@code start} on. */
  TiffDirectory(byte[] file, int start, int length) {
    block = ByteBuffer.wrap(file, start, length).slice();
    boolean littleEndian = length > 0 && block.get(0) == 'I';
    block.order(littleEndian ? ByteOrder.LITTLE_ENDIAN : ByteOrder.BIG_ENDIAN);
  }

  /** Whether this is a BigTIFF, whose directory has another layout and is not read. */
  boolean isBig() {
    return block.limit() >= 8 && block.getShort(2) == BIG_TIFF;
  }

  /** The first number stored under a tag, or {@code otherwise}. */
  long value(int tag, long otherwise) {
    if (block.limit() < 8 || block.getShort(2) != CLASSIC_TIFF) {
      return otherwise;
    }
    long start = block.getInt(4) & 0xffffffffL;
    if (start + 2 > block.limit()) {
      return otherwise;
    }
    int entries = block.getShort((int) start) & 0xffff;
    for (int i = 0; i < entries; i++) {
      long entry = start + 2 + (long) i * ENTRY_BYTES;
      if (entry + ENTRY_BYTES > block.limit()) {
        return otherwise;
      }
      int at = (int) entry;
      if ((block.getShort(at) & 0xffff) == tag) {
        boolean isShort = block.getShort(at + 2) == TYPE_SHORT;
        long count = block.getInt(at + 4) & 0xffffffffL;
        // Four bytes hold the numbers themselves, if they fit, or else the place where they are.
        long place = count * (isShort ? 2 : 4) <= 4 ? at + 8 : block.getInt(at + 8) & 0xffffffffL;
        if (place + 4 > block.limit()) {
          return otherwise;
        }
        return isShort
            ? block.getShort((int) place) & 0xffff
            : block.getInt((int) place) & 0xffffffffL;
      }
    }
    return otherwise;
  }
}
