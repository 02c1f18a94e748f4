package org.flsl.views.decode;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * The first directory of a TIFF structure, which is what a TIFF file and an EXIF block start with.
 *
 * <p>Reads numbers by tag; anything malformed reads as absent, because the decoder has the last
 * word on whether a file is good.
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
  private static final long[] NONE = {};

  /** Where strips or tiles are, and how long. */
  private static final int[][] PIXELS = {{0x111, 0x117}, {0x144, 0x145}};

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

  /**
   * Checks that the pixels are there: the native decoder prints its complaint on the error stream.
   *
   * @throws UnreadableImageException if a strip or tile ends behind the end of the file
   */
  void requirePixels() throws UnreadableImageException {
    for (int[] tags : PIXELS) {
      long[] offsets = values(tags[0]);
      long[] lengths = values(tags[1]);
      for (int i = 0; i < Math.min(offsets.length, lengths.length); i++) {
        if (offsets[i] + lengths[i] > block.limit()) {
          throw new UnreadableImageException(
              "truncated TIFF (%d of at least %d bytes)"
                  .formatted(block.limit(), offsets[i] + lengths[i]));
        }
      }
    }
  }

  /** The first number stored under a tag, or {@code otherwise}. */
  long value(int tag, long otherwise) {
    long[] values = values(tag);
    return values.length == 0 ? otherwise : values[0];
  }

  private long[] values(int tag) {
    if (block.limit() < 8 || block.getShort(2) != CLASSIC_TIFF) {
      return NONE;
    }
    long start = block.getInt(4) & 0xffffffffL;
    int entries = start + 2 > block.limit() ? 0 : block.getShort((int) start) & 0xffff;
    for (int i = 0; i < entries; i++) {
      long entry = start + 2 + (long) i * ENTRY_BYTES;
      if (entry + ENTRY_BYTES > block.limit()) {
        return NONE;
      }
      if ((block.getShort((int) entry) & 0xffff) == tag) {
        return numbers((int) entry + 2);
      }
    }
    return NONE;
  }

  /** The numbers of an entry, short ones or long ones, from its type on. */
  private long[] numbers(int type) {
    boolean isShort = block.getShort(type) == TYPE_SHORT;
    int bytes = isShort ? 2 : 4;
    long count = block.getInt(type + 2) & 0xffffffffL;
    // Four bytes hold the numbers themselves, if they fit, or else the place where they are.
    long place = count * bytes <= 4 ? type + 6 : block.getInt(type + 6) & 0xffffffffL;
    if (place + count * bytes > block.limit()) {
      return NONE;
    }
    long[] values = new long[(int) count];
    for (int i = 0; i < values.length; i++) {
      int at = (int) place + i * bytes;
      values[i] = isShort ? block.getShort(at) & 0xffff : block.getInt(at) & 0xffffffffL;
    }
    return values;
  }
}
