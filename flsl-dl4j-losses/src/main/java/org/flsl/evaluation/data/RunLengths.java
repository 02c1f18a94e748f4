package org.flsl.evaluation.data;

import java.util.Arrays;

/**
 * A mask as COCO writes it: how many pixels in turn are outside, inside, outside and so on, column
 * by column.
 *
 * <p>Use {@link #uncompressed} for lists of numbers, as in annotations of crowds, and {@link
 * #compressed} for strings, as the COCO API writes results.
 */
final class RunLengths implements Shape {

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
    long inside = 0;
    for (int run = 0; run < counts.length; run++) {
      if (counts[run] < 0) {
        throw new IllegalArgumentException("a run length of " + counts[run]);
      }
      pixels += counts[run];
      inside += run % 2 * counts[run];
    }
    if (pixels != (long) width * height) {
      throw new IllegalArgumentException(
          "run lengths of %d pixels for an image of %d x %d".formatted(pixels, width, height));
    }
    if (inside == 0) {
      throw new IllegalArgumentException("run lengths without a pixel inside");
    }
    this.width = width;
    this.height = height;
    this.counts = counts;
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

  @Override
  public boolean fits(int imageWidth, int imageHeight) {
    return imageWidth == width && imageHeight == height;
  }

  @Override
  public double[] bounds() {
    double[] bounds = {width, height, 0, 0};
    BinaryMask mask = rasterise(width, height);
    for (int i = 0; i < mask.inside().length; i++) {
      if (mask.inside()[i]) {
        bounds[0] = Math.min(bounds[0], i % width);
        bounds[1] = Math.min(bounds[1], i / width);
        bounds[2] = Math.max(bounds[2], i % width + 1);
        bounds[3] = Math.max(bounds[3], i / width + 1);
      }
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
