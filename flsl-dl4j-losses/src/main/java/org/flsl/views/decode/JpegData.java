package org.flsl.views.decode;

/**
 * Walks through the compressed data of a JPEG file, without making pixels of it, to find holes.
 *
 * <p>The native decoder fills what is missing or overwritten in the middle of a file with rubbish
 * and says nothing that a program could hear. Here every code is read, as in ITU-T T.81: the data
 * of each scan has to hold as many blocks as the image has, and no more, and no block may be
 * blacker than black or whiter than white. (That is what happens behind a hole: each mean is stored
 * as the difference from the one before.) Sequential and progressive Huffman coding are checked;
 * other kinds are left to the decoder.
 */
final class JpegData {

  private static final int BASELINE = 0xc0;
  private static final int EXTENDED = 0xc1;
  private static final int PROGRESSIVE = 0xc2;
  private static final int HUFFMAN_TABLES = 0xc4;
  private static final int END_OF_IMAGE = 0xd9;
  private static final int START_OF_SCAN = 0xda;
  private static final int QUANTISATION_TABLES = 0xdb;
  private static final int RESTART_INTERVAL = 0xdd;

  private static final int COEFFICIENTS = 64;

  /** Eight times the distance of black and of white from the middle, in units of 8-bit values. */
  private static final int LARGEST_MEAN = 1024;

  private final byte[] file;
  private final JpegHuffmanTable[] tables = new JpegHuffmanTable[8];

  /** What the first coefficient, a block's mean, is divided by: of each quantisation table. */
  private final int[] steps = new int[4];

  private Component[] components = {};
  private boolean progressive;
  private int mcuColumns;
  private int mcuRows;
  private int restartInterval;

  private int at = 2;
  private int bits;
  private int bitCount;

  private JpegData(byte[] file) {
    this.file = file;
  }

  /** A colour component: its sampling, its blocks, and which coefficients are known not to be 0. */
  private record Component(
      int id,
      int across,
      int down,
      int columns,
      int rows,
      int stride,
      int quantisation,
      long[] nonZero) {}

  /** A component in a scan with its tables, and the mean of its last block. */
  private static final class Coded {
    private final Component component;
    private final JpegHuffmanTable dc;
    private final JpegHuffmanTable ac;
    private int mean;

    Coded(Component component, JpegHuffmanTable dc, JpegHuffmanTable ac) {
      this.component = component;
      this.dc = dc;
      this.ac = ac;
    }
  }

  /** The part of the coefficients that a scan holds, and how many bits they still lack. */
  private record Band(int first, int last, boolean refining, int missingBits) {}

  /**
   * Reads all scans.
   *
   * @param file of a JPEG whose markers {@link JpegStructure} has found to be complete
   * @throws UnreadableImageException if a scan holds less, more or other data than it should
   */
  static void check(byte[] file) throws UnreadableImageException {
    try {
      new JpegData(file).walk();
    } catch (ArrayIndexOutOfBoundsException e) {
      throw new UnreadableImageException("corrupt JPEG (its data ends early)", e);
    }
  }

  private void walk() throws UnreadableImageException {
    while (true) {
      int marker = nextMarker();
      if (marker == END_OF_IMAGE) {
        return;
      }
      if (marker >= 0xd0 && marker <= 0xd8 || marker <= 1) {
        continue;
      }
      int next = at + unsignedShort(at);
      switch (marker) {
        case BASELINE, EXTENDED, PROGRESSIVE -> {
          if (file[at + 2] != 8) {
            return;
          }
          progressive = marker == PROGRESSIVE;
          frame();
        }
        case HUFFMAN_TABLES -> tables(next);
        case QUANTISATION_TABLES -> quantisation(next);
        case RESTART_INTERVAL -> restartInterval = unsignedShort(at + 2);
        case START_OF_SCAN -> {
          int header = at;
          at = next;
          if (components.length == 0 || !scan(header)) {
            return;
          }
          next = at;
        }
        default -> {
          // Other codings (arithmetic, lossless) have no frame here and stop at their first scan.
        }
      }
      at = next;
    }
  }

  private int nextMarker() {
    while (file[at] != (byte) 0xff || file[at + 1] == 0 || file[at + 1] == (byte) 0xff) {
      at++;
    }
    at += 2;
    return file[at - 1] & 0xff;
  }

  private int unsignedShort(int position) {
    return (file[position] & 0xff) << 8 | file[position + 1] & 0xff;
  }

  private void frame() throws UnreadableImageException {
    int height = unsignedShort(at + 3);
    int width = unsignedShort(at + 5);
    int count = file[at + 7] & 0xff;
    int mostAcross = 1;
    int mostDown = 1;
    for (int i = 0; i < count; i++) {
      int sampling = file[at + 9 + 3 * i];
      if (sampling >> 4 < 1 || (sampling & 15) < 1) {
        throw new UnreadableImageException("corrupt JPEG (its header)");
      }
      mostAcross = Math.max(mostAcross, sampling >> 4);
      mostDown = Math.max(mostDown, sampling & 15);
    }
    mcuColumns = rounded(width, 8 * mostAcross);
    mcuRows = rounded(height, 8 * mostDown);
    components = new Component[count];
    for (int i = 0; i < count; i++) {
      int across = file[at + 9 + 3 * i] >> 4;
      int down = file[at + 9 + 3 * i] & 15;
      int stride = mcuColumns * across;
      components[i] =
          new Component(
              file[at + 8 + 3 * i],
              across,
              down,
              rounded(rounded(width * across, mostAcross), 8),
              rounded(rounded(height * down, mostDown), 8),
              stride,
              file[at + 10 + 3 * i] & 3,
              progressive ? new long[stride * mcuRows * down] : null);
    }
  }

  private static int rounded(int whole, int part) {
    return (whole + part - 1) / part;
  }

  private void tables(int end) throws UnreadableImageException {
    int from = at + 2;
    while (from < end) {
      int kind = file[from] & 0xff;
      JpegHuffmanTable table = new JpegHuffmanTable(file, from + 1);
      tables[(kind >> 4 & 1) * 4 + (kind & 3)] = table;
      from += 1 + table.length();
    }
  }

  private void quantisation(int end) {
    for (int from = at + 2; from < end; ) {
      boolean wide = (file[from] & 0xff) >> 4 != 0;
      steps[file[from] & 3] = wide ? unsignedShort(from + 1) : file[from + 1] & 0xff;
      from += 1 + (wide ? 2 : 1) * COEFFICIENTS;
    }
  }

  /**
   * Reads a scan.
   *
   * @return false where it uses tables that the file does not bring along
   */
  private boolean scan(int header) throws UnreadableImageException {
    int count = file[header + 2] & 0xff;
    Coded[] coded = new Coded[count];
    int from = header + 3;
    int parameters = from + 2 * count;
    Band band =
        progressive
            ? new Band(
                file[parameters],
                file[parameters + 1],
                file[parameters + 2] >> 4 != 0,
                file[parameters + 2] & 15)
            : new Band(0, COEFFICIENTS - 1, false, 0);
    for (int i = 0; i < count; i++, from += 2) {
      JpegHuffmanTable dc = tables[file[from + 1] >> 4 & 3];
      JpegHuffmanTable ac = tables[4 + (file[from + 1] & 3)];
      coded[i] = new Coded(component(file[from]), dc, ac);
      boolean usesDc = band.first == 0 && !band.refining;
      boolean usesAc = band.last > 0;
      if (usesDc && dc == null || usesAc && ac == null) {
        return false;
      }
    }
    bitCount = 0;
    int[] blocksToSkip = {0};
    boolean single = count == 1;
    int columns = single ? coded[0].component.columns : mcuColumns;
    int units = columns * (single ? coded[0].component.rows : mcuRows);
    for (int unit = 0; unit < units; unit++) {
      if (restartInterval > 0 && unit > 0 && unit % restartInterval == 0) {
        restart(unit, units);
        blocksToSkip[0] = 0;
        for (Coded each : coded) {
          each.mean = 0;
        }
      }
      int x = unit % columns;
      int y = unit / columns;
      if (single) {
        block(coded[0], y * coded[0].component.stride + x, band, blocksToSkip);
        continue;
      }
      for (Coded each : coded) {
        Component c = each.component;
        for (int row = y * c.down; row < (y + 1) * c.down; row++) {
          for (int column = x * c.across; column < (x + 1) * c.across; column++) {
            block(each, row * c.stride + column, band, blocksToSkip);
          }
        }
      }
    }
    if (blocksToSkip[0] > 0) {
      throw nonsense();
    }
    rest();
    return true;
  }

  private Component component(int id) throws UnreadableImageException {
    for (Component component : components) {
      if (component.id == id) {
        return component;
      }
    }
    throw new UnreadableImageException("corrupt JPEG (a scan of an unknown component)");
  }

  private void restart(int unit, int units) throws UnreadableImageException {
    rest();
    int marker = nextMarker();
    if (marker != 0xd0 + (unit / restartInterval - 1 & 7)) {
      throw new UnreadableImageException(
          "corrupt JPEG (data is missing after %d of %d blocks)".formatted(unit, units));
    }
    bitCount = 0;
  }

  /**
   * Goes to the next marker. What lies in front of it belongs to no block; only fill bits, and fill
   * bytes that are all the same, are no sign of a hole.
   */
  private void rest() throws UnreadableImageException {
    // Whole bytes that were taken ahead are not of the picture either.
    at -= bitCount / 8;
    int start = at;
    boolean alike = true;
    while (file[at] != (byte) 0xff || file[at + 1] == 0) {
      alike &= file[at] == file[start];
      at++;
    }
    if (!alike) {
      throw new UnreadableImageException(
          "corrupt JPEG (%d bytes of data are left over)".formatted(at - start));
    }
  }

  private void block(Coded coded, int index, Band band, int[] blocksToSkip)
      throws UnreadableImageException {
    if (!progressive) {
      mean(coded, band);
      sequential(coded.ac);
    } else if (band.first == 0) {
      if (band.refining) {
        skipBits(1);
      } else {
        mean(coded, band);
      }
    } else if (band.refining) {
      refine(coded, index, band, blocksToSkip);
    } else {
      first(coded, index, band, blocksToSkip);
    }
  }

  private void sequential(JpegHuffmanTable ac) throws UnreadableImageException {
    for (int k = 1; k < COEFFICIENTS; k++) {
      int code = symbol(ac);
      int size = code & 15;
      if (size == 0 && code != 0xf0) {
        return;
      }
      k += code >> 4;
      if (k >= COEFFICIENTS) {
        throw nonsense();
      }
      skipBits(size);
    }
  }

  private void first(Coded coded, int index, Band band, int[] blocksToSkip)
      throws UnreadableImageException {
    if (blocksToSkip[0] > 0) {
      blocksToSkip[0]--;
      return;
    }
    for (int k = band.first; k <= band.last; k++) {
      int code = symbol(coded.ac);
      int run = code >> 4;
      int size = code & 15;
      if (size == 0 && run < 15) {
        blocksToSkip[0] = (1 << run) - 1 + readBits(run);
        return;
      }
      k += run;
      if (k >= COEFFICIENTS) {
        throw nonsense();
      }
      if (size > 0) {
        skipBits(size);
        coded.component.nonZero[index] |= 1L << k;
      }
    }
  }

  private void refine(Coded coded, int index, Band band, int[] blocksToSkip)
      throws UnreadableImageException {
    long known = coded.component.nonZero[index];
    int k = band.first;
    while (blocksToSkip[0] == 0 && k <= band.last) {
      int code = symbol(coded.ac);
      int run = code >> 4;
      int size = code & 15;
      if (size == 0 && run < 15) {
        blocksToSkip[0] = (1 << run) + readBits(run);
        break;
      }
      skipBits(size);
      // So many coefficients that are still 0 are stepped over, and all others on the way.
      while (k <= band.last) {
        if ((known >>> k & 1) != 0) {
          skipBits(1);
        } else if (--run < 0) {
          break;
        }
        k++;
      }
      if (size > 0) {
        if (k > band.last) {
          throw nonsense();
        }
        coded.component.nonZero[index] |= 1L << k;
      }
      k++;
    }
    if (blocksToSkip[0] > 0) {
      for (; k <= band.last; k++) {
        if ((known >>> k & 1) != 0) {
          skipBits(1);
        }
      }
      blocksToSkip[0]--;
    }
  }

  /** Reads the first coefficient of a block. */
  private void mean(Coded coded, Band band) throws UnreadableImageException {
    int size = symbol(coded.dc);
    if (size > 15) {
      throw nonsense();
    }
    int read = readBits(size);
    // The lower half of the numbers of a size stands for negative ones.
    boolean negative = size > 0 && read >> size - 1 == 0;
    coded.mean += negative ? read - (1 << size) + 1 : read;
    int step = steps[coded.component.quantisation] << band.missingBits;
    if ((long) Math.abs(coded.mean) * step > LARGEST_MEAN + step) {
      throw nonsense();
    }
  }

  private int symbol(JpegHuffmanTable table) throws UnreadableImageException {
    fill();
    int found = table.find(bits << 32 - bitCount >>> 16);
    int length = found >> 8;
    if (found < 0 || length > bitCount) {
      throw nonsense();
    }
    bitCount -= length;
    return found & 0xff;
  }

  private void skipBits(int count) throws UnreadableImageException {
    readBits(count);
  }

  private int readBits(int count) throws UnreadableImageException {
    if (count == 0) {
      return 0;
    }
    fill();
    if (count > bitCount) {
      throw nonsense();
    }
    bitCount -= count;
    return bits >>> bitCount & (1 << count) - 1;
  }

  /** Takes whole bytes as long as they fit and there is no marker; then there are at least 16. */
  private void fill() {
    while (bitCount <= 23) {
      int next = file[at];
      if (next == (byte) 0xff) {
        if (file[at + 1] != 0) {
          return;
        }
        at++;
      }
      at++;
      bits = bits << 8 | next & 0xff;
      bitCount += 8;
    }
  }

  private static UnreadableImageException nonsense() {
    return new UnreadableImageException("corrupt JPEG (its data is damaged or ends early)");
  }
}
