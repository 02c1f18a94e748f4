package org.flsl.examples.loop;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;

import org.flsl.examples.command.UserError;
import org.flsl.examples.pretrain.Settings;
import org.flsl.examples.settings.Config;
import org.junit.jupiter.api.Test;

class CalibrationTest {
  private static final Config TEN_MINUTES = Settings.SCHEMA.defaults().with(Settings.MINUTES, 10.0);

  @Test
  void minutesBecomeWholeEpochs() {
    Config config = Calibration.epochsFor(TEN_MINUTES, 30, 0.1);
    assertEquals(3, config.get(Settings.EPOCHS));
    assertNull(config.get(Settings.MINUTES), "the run is not to be timed again");
    assertNull(config.get(Settings.STEPS_PER_EPOCH));
  }

  @Test
  void lessThanAnEpochIsAShorterOne() {
    Config config = Calibration.epochsFor(TEN_MINUTES, 5000, 0.1);
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
