package org.flsl.views.decode;

import java.util.Arrays;

/** A table of codes as a JPEG file stores it: how many there are of each length, and what for. */
final class JpegHuffmanTable {

  private static final int LONGEST = 16;

  /** Codes of up to so many bits, nearly all that occur, are found at one look. */
  private static final int SHORT = 9;

  private final byte[] file;
  private final int firstSymbol;
  private final int symbols;

  /** By length: one more than the last code, filled up to 16 bits. */
  private final int[] end = new int[LONGEST + 1];

  /** By length: the symbol of code c is number {@code c + offset}. */
  private final int[] offset = new int[LONGEST + 1];

  /** Length and symbol, {@code length << 8 | symbol}, for the next bits; -1: a longer code. */
  private final short[] found = new short[1 << SHORT];

  /** Reads the table whose counts begin at {@code at}. */
  JpegHuffmanTable(byte[] file, int at) throws UnreadableImageException {
    this.file = file;
    this.firstSymbol = at + LONGEST;
    Arrays.fill(found, (short) -1);
    int code = 0;
    int symbol = 0;
    for (int length = 1; length <= LONGEST; length++) {
      int codes = file[at + length - 1] & 0xff;
      offset[length] = symbol - code;
      for (int i = 0; i < codes; i++, symbol++, code++) {
        if (code >= 1 << length) {
          throw new UnreadableImageException("corrupt JPEG (a Huffman table)");
        }
        if (length <= SHORT) {
          int first = code << SHORT - length;
          short entry = (short) (length << 8 | symbol(symbol));
          Arrays.fill(found, first, first + (1 << SHORT - length), entry);
        }
      }
      end[length] = code << LONGEST - length;
      code <<= 1;
    }
    symbols = symbol;
  }

  private int symbol(int number) {
    return file[firstSymbol + number] & 0xff;
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
    int entry = found[next16Bits >> LONGEST - SHORT];
    for (int length = SHORT + 1; entry < 0 && length <= LONGEST; length++) {
      if (next16Bits < end[length]) {
        entry = length << 8 | symbol((next16Bits >> LONGEST - length) + offset[length]);
      }
    }
    return entry;
  }
}
