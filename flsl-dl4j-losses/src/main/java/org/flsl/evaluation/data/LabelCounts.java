package org.flsl.evaluation.data;

import java.util.Arrays;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.IntFunction;
import java.util.stream.IntStream;

/** Which labels occur in masks, and how many pixels have them. */
public final class LabelCounts {

  /** A label that covers less of the images where it occurs is hardly an object's. */
  private static final double SPECK = 0.005;

  private final SortedMap<Integer, Count> counts;

  private LabelCounts(SortedMap<Integer, Count> counts) {
    this.counts = counts;
  }

  /**
   * How often a label occurs.
   *
   * @param pixels that have it
   * @param among all pixels of the masks in which it occurs
   */
  private record Count(long pixels, long among) {
    Count plus(Count other) {
      return new Count(pixels + other.pixels, among + other.among);
    }
  }

  /** Counts the classes of a set. */
  public static LabelCounts of(SegmentationSet set) {
    return of(set.size(), set::mask);
  }

  /** Counts in masks, each of which is read once. */
  static LabelCounts of(int masks, IntFunction<LabelMask> read) {
    return IntStream.range(0, masks)
        .parallel()
        .mapToObj(i -> of(read.apply(i)))
        .reduce(new LabelCounts(new TreeMap<>()), LabelCounts::plus);
  }

  private static LabelCounts of(LabelMask mask) {
    long[] pixels = new long[mask.largest() + 2];
    for (int label : mask.labels()) {
      pixels[label - LabelMask.IGNORED]++;
    }
    SortedMap<Integer, Count> counts = new TreeMap<>();
    for (int i = 0; i < pixels.length; i++) {
      if (pixels[i] > 0) {
        counts.put(i + LabelMask.IGNORED, new Count(pixels[i], mask.labels().length));
      }
    }
    return new LabelCounts(counts);
  }

  LabelCounts plus(LabelCounts other) {
    SortedMap<Integer, Count> both = new TreeMap<>(counts);
    other.counts.forEach((label, count) -> both.merge(label, count, Count::plus));
    return new LabelCounts(both);
  }

  /** The labels that occur, in order, without {@link LabelMask#IGNORED}. */
  public int[] labels() {
    return counts.keySet().stream()
        .mapToInt(Integer::intValue)
        .filter(label -> label != LabelMask.IGNORED)
        .toArray();
  }

  /** The share of all pixels that have a label, or are {@link LabelMask#IGNORED}. */
  public double share(int label) {
    long all = counts.values().stream().mapToLong(Count::pixels).sum();
    return counts.containsKey(label) ? (double) counts.get(label).pixels / all : 0;
  }

  /** How many labels cover next to nothing of the masks in which they occur. */
  long specks() {
    return Arrays.stream(labels())
        .mapToObj(counts::get)
        .filter(count -> count.pixels < SPECK * count.among)
        .count();
  }
}
