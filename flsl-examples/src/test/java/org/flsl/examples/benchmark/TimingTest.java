package org.flsl.examples.benchmark;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class TimingTest {
  @Test
  void medianIsTheMiddle() {
    assertEquals(2, new Timing(List.of(9.0, 1.0, 2.0)).median());
    assertEquals(2.5, new Timing(List.of(9.0, 1.0, 2.0, 3.0)).median());
  }

  @Test
  void knowsItsSpread() {
    Timing timing = new Timing(List.of(3.0, 1.0, 2.0));
    assertEquals(1, timing.min());
    assertEquals(3, timing.max());
  }

  @Test
  void joinsMeasurementsNotMedians() {
    Timing joined = Timing.join(List.of(new Timing(List.of(1.0)), new Timing(List.of(5.0, 6.0))));
    assertEquals(5, joined.median());
  }

  @Test
  void countsOnlyAfterTheWarmUp() {
    AtomicInteger runs = new AtomicInteger();
    assertEquals(3, Timing.of(2, 3, runs::incrementAndGet).seconds().size());
    assertEquals(5, runs.get());
  }

  @Test
  void needsMeasurements() {
    assertThrows(IllegalArgumentException.class, () -> new Timing(List.of()));
  }
}
