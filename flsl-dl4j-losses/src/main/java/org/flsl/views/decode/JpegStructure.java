package org.flsl.views.decode;

/**
 * What the markers of a JPEG file tell without decoding it: its size, how to turn it upright, and
 * that it is complete.
 *
 * <p>Needed because the native decoder accepts a truncated JPEG and fills the rest with rubbish.
 *
 * @param width columns as stored, before any EXIF rotation
 * @param height rows as stored
 * @param orientation that of EXIF, which the native decoder looks for in the first segment of
 *     applications only
 */
record JpegStructure(int width, int height, int orientation) {

  private static final int START_OF_FRAME_FIRST = 0xc0;
  private static final int START_OF_FRAME_LAST = 0xcf;
  private static final int HUFFMAN_TABLES = 0xc4;
  private static final int RESERVED = 0xc8;
  private static final int ARITHMETIC_TABLES = 0xcc;
  private static final int RESTART_FIRST = 0xd0;
  private static final int START_OF_IMAGE = 0xd8;
  private static final int END_OF_IMAGE = 0xd9;
  private static final int START_OF_SCAN = 0xda;
  private static final int APPLICATION = 0xe1;

  /** The length of a segment, and "Exif" with two zeros. */
  private static final int BEFORE_EXIF = 8;

  /** Walks the markers to the end of the image. */
  static JpegStructure of(byte[] file) throws UnreadableImageException {
    int width = 0;
    int height = 0;
    long orientation = 0;
    int at = 2;
    while (true) {
      at = nextMarker(file, at);
      int marker = file[at - 1] & 0xff;
      if (marker == END_OF_IMAGE) {
        break;
      }
      if (marker >= RESTART_FIRST && marker <= START_OF_IMAGE || marker <= 1) {
        continue;
      }
      int length = unsignedShort(file, at);
      boolean frame =
          marker >= START_OF_FRAME_FIRST
              && marker <= START_OF_FRAME_LAST
              && marker != HUFFMAN_TABLES
              && marker != RESERVED
              && marker != ARITHMETIC_TABLES;
      if (frame) {
        height = unsignedShort(file, at + 3);
        width = unsignedShort(file, at + 5);
      }
      if (marker == APPLICATION && orientation == 0) {
        orientation = orientation(file, at, length);
      }
      at += length;
      if (marker == START_OF_SCAN && endsWithMarker(file)) {
        // The usual case: the file ends where the image ends; no need to search the scans.
        break;
      }
    }
    if (width == 0 || height == 0) {
      throw new UnreadableImageException("JPEG without an image size");
    }
    return new JpegStructure(width, height, (int) Math.max(orientation, ImageHeader.UPRIGHT));
  }

  private static long orientation(byte[] file, int at, int length) {
    int start = at + BEFORE_EXIF;
    int bytes = Math.min(at + length, file.length) - start;
    return bytes <= 0
        ? ImageHeader.UPRIGHT
        : Math.max(
            ImageHeader.UPRIGHT,
            new TiffDirectory(file, start, bytes)
                .value(TiffDirectory.ORIENTATION, ImageHeader.UPRIGHT));
  }

  /** The position behind the next marker: 0xff and a byte that is neither 0 nor 0xff. */
  private static int nextMarker(byte[] file, int from) throws UnreadableImageException {
    for (int i = from; i + 1 < file.length; i++) {
      if (file[i] == (byte) 0xff && file[i + 1] != 0 && file[i + 1] != (byte) 0xff) {
        return i + 2;
      }
    }
    throw truncated();
  }

  private static boolean endsWithMarker(byte[] file) {
    return file[file.length - 2] == (byte) 0xff && file[file.length - 1] == (byte) END_OF_IMAGE;
  }

  private static int unsignedShort(byte[] file, int at) throws UnreadableImageException {
    if (at + 1 >= file.length) {
      throw truncated();
    }
    return (file[at] & 0xff) << 8 | file[at + 1] & 0xff;
  }

  private static UnreadableImageException truncated() {
    return new UnreadableImageException("truncated JPEG (no end-of-image marker)");
  }
}
