package org.flsl.examples.pretrain;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;

import org.flsl.examples.command.UserError;
import org.junit.jupiter.api.Test;

class CalibrationTest {
  private static final PretrainConfig TEN_MINUTES =
      PretrainConfig.defaults().with(Settings.MINUTES, 10.0);

  @Test
  void minutesBecomeWholeEpochs() {
    PretrainConfig config = Calibration.epochsFor(TEN_MINUTES, 30, 0.1);
    assertEquals(3, config.get(Settings.EPOCHS));
    assertNull(config.get(Settings.MINUTES), "the run is not to be timed again");
    assertNull(config.get(Settings.STEPS_PER_EPOCH));
  }

  @Test
  void lessThanAnEpochIsAShorterOne() {
    PretrainConfig config = Calibration.epochsFor(TEN_MINUTES, 5000, 0.1);
    assertEquals(1, config.get(Settings.EPOCHS));
    assertEquals(100, config.get(Settings.STEPS_PER_EPOCH));
  }

  @Test
  void lessThanAStepIsRefused() {
    UserError error =
        assertThrows(UserError.class, () -> Calibration.epochsFor(TEN_MINUTES, 30, 11));
    assertEquals(
        "--minutes 10 is less than one step takes (660.0 s): allow more, or a smaller --batch",
        error.getMessage());
  }
}
