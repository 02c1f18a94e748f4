package org.flsl.examples.doctor;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;

class ProcessorTest {

  @Test
  void readsWhatLinuxTells() {
    Processor intel =
        Processor.parse(
            """
            processor\t: 0
            vendor_id\t: GenuineIntel
            model name\t: Some Xeon
            cpu MHz\t\t: 2500.000
            flags\t\t: fpu sse2 avx2 avx512f avx512_bf16 amx_bf16 amx_tile

            processor\t: 1
            model name\t: Another
            """);
    assertEquals("Some Xeon, 2.50 GHz, AVX2, AVX-512, AVX-512-BF16, AMX", intel.toString());
    assertEquals(2 * 64 * 2.5, intel.peak(2), 1e-9);
  }

  @Test
  void narrowerProcessorsReachHalf() {
    Processor old = Processor.parse("model name : Old\ncpu MHz : 3000\nflags : avx2 fma\n");
    assertEquals(4 * 32 * 3.0, old.peak(4), 1e-9);
  }

  /** ARM's processors have neither name nor flags of these kinds there. */
  @Test
  void whatIsNotToldIsUnknown() {
    Processor arm = Processor.parse("processor : 0\nFeatures : fp asimd\n");
    assertEquals("unknown", arm.toString());
    assertEquals(0, arm.peak(8));
  }
}
