package org.flsl.layers.samediff;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/** Places arrays in one slab so that arrays that are alive at the same time never overlap. */
final class Packing {
  private record Placed(long start, long end, int from, int to) {}

  private final List<Placed> placed = new ArrayList<>();
  private long size;

  /**
   * Finds the lowest free place.
   *
   * @param elements size of the array
   * @param from first point in time at which it is alive
   * @param to last point in time at which it is alive, inclusive
   * @return its first element
   */
  long place(long elements, int from, int to) {
    List<Placed> alive =
        placed.stream()
            .filter(p -> p.from() <= to && from <= p.to())
            .sorted(Comparator.comparingLong(Placed::start))
            .toList();
    long start = 0;
    for (Placed other : alive) {
      if (start + elements <= other.start()) {
        break;
      }
      start = Math.max(start, other.end());
    }
    placed.add(new Placed(start, start + elements, from, to));
    size = Math.max(size, start + elements);
    return start;
  }

  /** Elements of the whole slab. */
  long size() {
    return size;
  }
}
