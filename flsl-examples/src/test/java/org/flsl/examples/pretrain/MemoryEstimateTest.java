package org.flsl.examples.pretrain;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.flsl.examples.Architecture;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class MemoryEstimateTest {

  /** Peaks of the process as measured by GNU time, paper's views. */
  @ParameterizedTest
  @CsvSource({
    "SMALL, 4, 28147584, 2.14e9",
    "SMALL, 8, 28147584, 2.83e9",
    "TINY, 16, 11651136, 2.26e9",
  })
  void theEstimateIsWithinAFifthOfWhatWasMeasured(
      Architecture arch, int batch, long parameters, double measured) {
    Setup setup = Setup.of(PretrainConfig.defaults().with(Settings.ARCH, arch));
    double estimate = MemoryEstimate.bytes(parameters, setup.vit(), setup.views(), batch);
    assertEquals(measured, estimate, 0.2 * measured);
  }
}
