package org.flsl.layers.samediff;

import static org.flsl.layers.Messages.assertRefused;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.flsl.layers.samediff.PackedViews.Group;
import org.junit.jupiter.api.Test;

/** Placing arrays in memory, and views in a sequence. */
class PackingTest {
  private record Array(long start, long end, int from, int to) {}

  @Test
  void arraysThatLiveAtTheSameTimeNeverOverlap() {
    Random random = new Random(1);
    Packing packing = new Packing();
    List<Array> arrays = new ArrayList<>();
    long total = 0;
    for (int i = 0; i < 300; i++) {
      long size = 1 + random.nextInt(50);
      int from = random.nextInt(100);
      int to = from + random.nextInt(10);
      long start = packing.place(size, from, to);
      total += size;
      for (Array other : arrays) {
        boolean together = from <= other.to && other.from <= to;
        assertTrue(!together || start >= other.end || start + size <= other.start);
      }
      arrays.add(new Array(start, start + size, from, to));
    }
    assertEquals(arrays.stream().mapToLong(Array::end).max().orElseThrow(), packing.size());
    assertTrue(packing.size() < total / 4, "memory is not shared");
  }

  @Test
  void theLastUseOfAnArrayStillProtectsIt() {
    Packing packing = new Packing();
    assertEquals(0, packing.place(8, 0, 3));
    assertEquals(8, packing.place(8, 3, 5));
    assertEquals(0, packing.place(8, 4, 5));
  }

  @Test
  void neighboursOfTheSameSizeFormAGroup() {
    assertEquals(
        List.of(new Group(0, 1, 9), new Group(9, 2, 4), new Group(17, 1, 9)),
        PackedViews.of(9, 4, 4, 9).groups());
    assertEquals(26, PackedViews.of(9, 4, 4, 9).total());
  }

  @Test
  void groupsOfTwoSequencesCoverTheSameViews() {
    PackedViews queries = PackedViews.of(2, 2, 1, 1);
    PackedViews tokens = PackedViews.of(9, 4, 4, 4);
    assertEquals(
        List.of(new Group(0, 1, 2), new Group(2, 1, 2), new Group(4, 2, 1)),
        queries.groups(tokens));
    assertEquals(
        List.of(new Group(0, 1, 9), new Group(9, 1, 4), new Group(13, 2, 4)),
        tokens.groups(queries));
  }

  @Test
  void emptyViewsAreRefused() {
    assertRefused(() -> PackedViews.of(), "at least one token", "[]");
    assertRefused(() -> PackedViews.of(4, 0), "at least one token", "[4, 0]");
  }
}
