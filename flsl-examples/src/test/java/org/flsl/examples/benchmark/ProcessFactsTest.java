package org.flsl.examples.benchmark;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

class ProcessFactsTest {
  @Test
  void readsTheHighWaterMark() {
    String status = "Name:\tjava\nVmPeak:\t 9000 kB\nVmHWM:\t    2048 kB\nVmRSS:\t 1024 kB\n";
    assertEquals(OptionalLong.of(2048 * 1024), PeakMemory.parse(status));
    assertEquals(OptionalLong.empty(), PeakMemory.parse("Name:\tjava\n"));
  }

  @Test
  void thisProcessHoldsMemory() {
    assertTrue(PeakMemory.bytes() > 1 << 20);
  }
}
