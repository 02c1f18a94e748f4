package org.flsl.examples.loop;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import org.flsl.examples.Screen;
import org.flsl.examples.run.Terms;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ProgressTest {
  private static final Plan PLAN = new Plan(10, 4, 16);
  private static final Terms TERMS = new Terms(8.5, each(0.42, 7.83, 0.15));

  private static Map<String, Double> each(double intra, double inter, double volume) {
    Map<String, Double> each = new LinkedHashMap<>();
    each.put("intra", intra);
    each.put("inter", inter);
    each.put("volume", volume);
    return each;
  }

  @Test
  void whereNobodyWatchesAnEpochIsALine() {
    Screen screen = new Screen(false);
    try (Progress progress = new Progress(screen.terminal(), PLAN, 0)) {
      for (int step = 1; step <= 10; step++) {
        progress.step(step, TERMS, 0.5);
      }
      progress.epoch(10, TERMS);
    }
    assertEquals(
        "epoch 1/4  loss 8.5000  intra 0.4200  inter 7.8300  volume 0.1500  32.0 images/s, 15 s"
            + " left",
        screen.out().strip());
  }

  @Test
  void aWatcherSeesABarWithSpeedTimeLeftAndTheTerms() {
    Screen screen = new Screen(true);
    try (Progress progress = new Progress(screen.terminal(), PLAN, 20)) {
      progress.step(21, TERMS, 0.5);
    }
    String drawn = screen.out();
    assertTrue(drawn.contains("336/640"), drawn);
    assertTrue(
        drawn.contains("32.0 images/s, 9 s left  intra 0.420 inter 7.830 volume 0.150"), drawn);
    for (String line : drawn.split("\r")) {
      assertFalse(line.replace("\033[K", "").length() > 119, "wider than the terminal: " + line);
    }
  }

  @Test
  void theFirstStepIsNotHeldAgainstTheRest() {
    Pace pace = new Pace();
    pace.step(30);
    assertEquals(30, pace.secondsPerStep());
    pace.step(1);
    pace.step(3);
    assertEquals(2, pace.secondsPerStep(), 1e-12);
  }

  @ParameterizedTest
  @CsvSource({
    "0, 0 s",
    "59, 59 s",
    "60, 1 min 00 s",
    "3599, 59 min 59 s",
    "3661, 1 h 01 min",
    "172800, 2 days 0 h",
    "302400, 3 days 12 h"
  })
  void timeIsSaidAsPeopleSayIt(long seconds, String words) {
    assertEquals(words, Pace.words(Duration.ofSeconds(seconds)));
  }
}
