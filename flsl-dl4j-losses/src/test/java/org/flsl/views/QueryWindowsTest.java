package org.flsl.views;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class QueryWindowsTest {

  @Test
  void fixedQueriesAreTheTopLeftTokens() {
    int[] chosen = new QueryWindows(6, 6, 2, false).draw(new SplittableRandom(1));

    assertArrayEquals(new int[] {0, 2, 4, 12, 14, 16, 24, 26, 28}, chosen);
  }

  @Test
  void incompleteWindowsLeaveOneOfFourCornersAsInThePublishedCode() {
    QueryWindows windows = new QueryWindows(14, 14, 3, false);
    Map<Integer, Integer> corners = new HashMap<>();
    SplittableRandom random = new SplittableRandom(1);
    for (int i = 0; i < 4000; i++) {
      int[] chosen = windows.draw(random);
      assertEquals(16, chosen.length);
      corners.merge(chosen[0], 1, Integer::sum);
      assertEquals(chosen[0] + 9 * 14 + 9, chosen[15], "the square has a side of 12 tokens");
    }
    // The square starts at row and column 0 or 2.
    assertEquals(Set.of(0, 2, 2 * 14, 2 * 14 + 2), corners.keySet());
    corners.values().forEach(count -> assertEquals(1000, count, 120));
  }

  @ParameterizedTest
  @CsvSource({"6, 6, 2, 9", "14, 14, 3, 16", "5, 9, 2, 8", "9, 4, 4, 2", "3, 7, 1, 21"})
  void everyWindowHasOneQuery(int height, int width, int window, int count) {
    QueryWindows windows = new QueryWindows(height, width, window, true);
    assertEquals(count, windows.count());
    assertEquals(height * width, windows.tokens());
    SplittableRandom random = new SplittableRandom(1);
    Set<Integer> everChosen = new HashSet<>();
    for (int draw = 0; draw < 500; draw++) {
      int[] chosen = windows.draw(random);
      assertEquals(count, chosen.length);
      boolean fits = false;
      for (int top : new int[] {0, height % window}) {
        for (int left : new int[] {0, width % window}) {
          fits |= oneInEachWindow(chosen, top, left, height, width, window);
        }
      }
      assertTrue(fits, "not one query in each window of any corner");
      for (int i = 0; i < count; i++) {
        assertTrue(i == 0 || chosen[i] > chosen[i - 1], "ascending");
        everChosen.add(chosen[i]);
      }
    }
    assertEquals(height * width, everChosen.size(), "every token is chosen some time");
  }

  private static boolean oneInEachWindow(
      int[] chosen, int top, int left, int height, int width, int window) {
    Set<Integer> seen = new HashSet<>();
    for (int token : chosen) {
      int y = token / width - top;
      int x = token % width - left;
      boolean inside =
          y >= 0 && x >= 0 && y < height / window * window && x < width / window * window;
      if (!inside || !seen.add(y / window * 1000 + x / window)) {
        return false;
      }
    }
    return true;
  }
}
