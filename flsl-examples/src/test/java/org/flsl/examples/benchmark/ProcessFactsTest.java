package org.flsl.examples.benchmark;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Optional;
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

  @Test
  void recognisesTheNativeBuild() {
    String folder = "/root/.javacpp/cache/x.jar/org/nd4j/linalg/cpu/nativecpu/bindings/";
    assertEquals(
        Optional.of("linux-x86_64-onednn-avx2"),
        NativeBuild.find(
            List.of(
                "/root/.javacpp/cache/openblas.jar/org/bytedeco/openblas/linux-x86_64/libopenblas.so",
                folder + "linux-x86_64-onednn-avx2/libjnind4jcpu.so")));
    assertEquals(Optional.empty(), NativeBuild.find(List.of("/usr/lib/libc.so")));
  }
}
