package org.flsl.evaluation;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import org.junit.jupiter.api.Test;

/** Clusters that are like no class. */
class ClusterMatchingTest {

  /** Of the class first, the class second and one that does not occur, in any order. */
  private static ConfusionMatrix counts(int first, int second) {
    ConfusionMatrix counts = new ConfusionMatrix(3, 2);
    // Both are in the first cluster; in the second one is nothing of the rarer class.
    counts.add(new int[] {first, first, first, second, first}, new int[] {0, 0, 0, 0, 1});
    return counts;
  }

  @Test
  void noClusterIsAClassThatDoesNotOccur() {
    for (int first = 0; first < 3; first++) {
      for (int second = 0; second < 3; second++) {
        if (first != second) {
          ConfusionMatrix counts = counts(first, second);
          int[] classes = ClusterMatching.classes(counts);
          int absent = 3 - first - second;
          assertEquals(first, classes[0]);
          assertNotEquals(absent, classes[1]);
          // 3 of 5 pixels of the first class and what was taken for it, none of the second.
          assertEquals(0.3, ClusterMatching.matched(counts).meanIou(), 1e-12);
        }
      }
    }
  }

  @Test
  void everyClassThatOccursHasItsCluster() {
    ConfusionMatrix counts = new ConfusionMatrix(2, 2);
    counts.add(new int[] {0, 0, 1, 1}, new int[] {1, 1, 0, 0});
    assertArrayEquals(new int[] {1, 0}, ClusterMatching.classes(counts));
    assertEquals(1, ClusterMatching.matched(counts).meanIou(), 1e-12);
  }
}
