package org.flsl.views.decode;

import java.util.Arrays;

/** A table of codes as a JPEG file stores it: how many there are of each length, and what for. */
final class JpegHuffmanTable {

  private static final int LONGEST = 16;

  private final int symbols;

  /** Length and symbol, {@code length << 8 | symbol}, for every 16 bits that may come; -1: none. */
  private final short[] found = new short[1 << LONGEST];

  /** Reads the table whose counts begin at {@code at}. */
  JpegHuffmanTable(byte[] file, int at) throws UnreadableImageException {
    Arrays.fill(found, (short) -1);
    int next = 0;
    int symbol = at + LONGEST;
    for (int length = 1; length <= LONGEST; length++) {
      int codes = file[at + length - 1] & 0xff;
      int each = 1 << LONGEST - length;
      if (next + codes * each > found.length) {
        throw new UnreadableImageException("corrupt JPEG (a Huffman table)");
      }
      for (int i = 0; i < codes; i++, symbol++, next += each) {
        Arrays.fill(found, next, next + each, (short) (length << 8 | file[symbol] & 0xff));
      }
    }
    symbols = symbol - at - LONGEST;
  }

  /** Bytes in the file. */
  int length() {
    return LONGEST + symbols;
  }

  /**
   * The code with which 16 bits begin.
   *
   * @return {@code length << 8 | symbol}; negative if there is none
   */
  int find(int next16Bits) {
    return found[next16Bits];
  }
}
