package org.flsl.evaluation.data;

import java.util.Arrays;

/**
 * A mask as COCO writes it: how many pixels in turn are outside, inside, outside and so on, column
 * by column.
 *
 * <p>Use {@link #uncompressed} for lists of numbers, as in annotations of crowds, and {@link
 * #compressed} for strings, as the COCO API writes results.
 */
public final class RunLengths implements Shape {

  private static final int FIRST_CHARACTER = 48;
  private static final int PAYLOAD_BITS = 5;
  private static final int PAYLOAD = 0x1f;
  private static final int SIGN = 0x10;
  private static final int MORE = 0x20;
  private static final int LONGEST_NUMBER = 7;

  private final int width;
  private final int height;
  private final int[] counts;

  private RunLengths(int width, int height, int[] counts) {
    long pixels = 0;
    for (int count : counts) {
      if (count < 0) {
        throw new IllegalArgumentException("a run length of " + count);
      }
      pixels += count;
    }
    if (pixels != (long) width * height) {
      throw new IllegalArgumentException(
          "run lengths of %d pixels for an image of %d x %d (width x height)"
              .formatted(pixels, width, height));
    }
    this.width = width;
    this.height = height;
    this.counts = counts;
  }

  /** The run lengths of a mask. */
  public static RunLengths of(BinaryMask mask) {
    return of(mask, 0, 0, mask.width(), mask.height());
  }

  /**
   * The run lengths of what a part of an image shows, with nothing around it.
   *
   * @param left column of the image in which the part begins
   * @param top its row
   * @param width columns of the image
   * @param height its rows
   * @throws IllegalArgumentException if the part is not inside of the image
   */
  public static RunLengths of(BinaryMask part, int left, int top, int width, int height) {
    int right = width - left - part.width();
    int below = height - top - part.height();
    if (left < 0 || top < 0 || right < 0 || below < 0) {
      throw new IllegalArgumentException(
          "a mask of %d x %d pixels at %d, %d of an image of %d x %d (width x height)"
              .formatted(part.width(), part.height(), left, top, width, height));
    }
    Runs runs = new Runs();
    runs.add(left * height, false);
    for (int x = 0; x < part.width(); x++) {
      runs.add(top, false);
      for (int y = 0; y < part.height(); y++) {
        runs.add(1, part.inside()[y * part.width() + x]);
      }
      runs.add(below, false);
    }
    runs.add(right * height, false);
    return new RunLengths(width, height, Arrays.copyOf(runs.counts, runs.number));
  }

  /** Run lengths in the making. */
  private static final class Runs {
    private int[] counts = new int[64];
    private int number = 1;

    void add(int pixels, boolean isInside) {
      if (pixels > 0 && isInside != (number % 2 == 0)) {
        if (number == counts.length) {
          counts = Arrays.copyOf(counts, 2 * number);
        }
        number++;
      }
      counts[number - 1] += pixels;
    }
  }

  /** Takes the lengths themselves; the first one is of pixels outside. */
  static RunLengths uncompressed(int width, int height, int[] counts) {
    return new RunLengths(width, height, counts);
  }

  /**
   * Decodes a string of the COCO API.
   *
   * <p>Each number is written in groups of five bits, the lowest first, a sixth bit says whether
   * more follow; from the fourth number on it is the difference to the one before the last.
   */
  static RunLengths compressed(int width, int height, String text) {
    int[] counts = new int[text.length()];
    int found = 0;
    int at = 0;
    while (at < text.length()) {
      int number = 0;
      int group = 0;
      boolean more = true;
      while (more) {
        int bits = at < text.length() ? text.charAt(at++) - FIRST_CHARACTER : -1;
        if (bits < 0 || bits > (MORE | PAYLOAD) || group == LONGEST_NUMBER) {
          throw new IllegalArgumentException("compressed run lengths that end or break off early");
        }
        number |= (bits & PAYLOAD) << (PAYLOAD_BITS * group++);
        more = (bits & MORE) != 0;
        if (!more && (bits & SIGN) != 0 && group < LONGEST_NUMBER) {
          number |= -1 << (PAYLOAD_BITS * group);
        }
      }
      counts[found] = found > 2 ? number + counts[found - 2] : number;
      found++;
    }
    return new RunLengths(width, height, Arrays.copyOf(counts, found));
  }

  /** The string that the COCO API writes. */
  public String compressed() {
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < counts.length; i++) {
      int rest = i > 2 ? counts[i] - counts[i - 2] : counts[i];
      boolean more = true;
      while (more) {
        int bits = rest & PAYLOAD;
        rest >>= PAYLOAD_BITS;
        more = (bits & SIGN) == 0 ? rest != 0 : rest != -1;
        text.append((char) (FIRST_CHARACTER + (more ? bits | MORE : bits)));
      }
    }
    return text.toString();
  }

  /** Columns of the image. */
  public int width() {
    return width;
  }

  /** Rows of the image. */
  public int height() {
    return height;
  }

  /** How many pixels are inside. */
  public long area() {
    long area = 0;
    for (int run = 1; run < counts.length; run += 2) {
      area += counts[run];
    }
    return area;
  }

  /**
   * How many pixels are inside of both.
   *
   * @throws IllegalArgumentException if the other is for an image of another size
   */
  public long common(RunLengths other) {
    if (!other.fits(width, height)) {
      throw new IllegalArgumentException(
          "run lengths for %d x %d and %d x %d pixels (width x height)"
              .formatted(width, height, other.width, other.height));
    }
    long common = 0;
    int own = 0;
    int others = 0;
    int ownLeft = counts[0];
    int othersLeft = other.counts[0];
    while (own < counts.length && others < other.counts.length) {
      int step = Math.min(ownLeft, othersLeft);
      common += own % 2 * (others % 2) * step;
      ownLeft -= step;
      othersLeft -= step;
      if (ownLeft == 0 && ++own < counts.length) {
        ownLeft = counts[own];
      }
      if (othersLeft == 0 && ++others < other.counts.length) {
        othersLeft = other.counts[others];
      }
    }
    return common;
  }

  @Override
  public boolean fits(int imageWidth, int imageHeight) {
    return imageWidth == width && imageHeight == height;
  }

  @Override
  public double[] bounds() {
    double[] bounds = {width, height, 0, 0};
    int from = 0;
    for (int run = 0; run < counts.length; run++) {
      int to = from + counts[run];
      if (run % 2 == 1 && from < to) {
        int column = from / height;
        int last = (to - 1) / height;
        // A run that goes on in the next column has come to the lower edge and begins at the upper.
        boolean wraps = last > column;
        bounds[0] = Math.min(bounds[0], column);
        bounds[1] = Math.min(bounds[1], wraps ? 0 : from % height);
        bounds[2] = Math.max(bounds[2], last + 1);
        bounds[3] = Math.max(bounds[3], wraps ? height : (to - 1) % height + 1);
      }
      from = to;
    }
    return bounds;
  }

  @Override
  public BinaryMask rasterise(int imageWidth, int imageHeight) {
    if (!fits(imageWidth, imageHeight)) {
      throw new IllegalArgumentException(
          "run lengths for %d x %d pixels (width x height) in an image of %d x %d"
              .formatted(width, height, imageWidth, imageHeight));
    }
    boolean[] inside = new boolean[width * height];
    int from = 0;
    for (int run = 0; run < counts.length; run++) {
      int to = from + counts[run];
      for (int i = from; run % 2 == 1 && i < to; i++) {
        inside[i % height * width + i / height] = true;
      }
      from = to;
    }
    return new BinaryMask(width, height, inside);
  }
}
