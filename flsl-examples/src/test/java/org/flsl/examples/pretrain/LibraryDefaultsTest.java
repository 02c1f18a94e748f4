package org.flsl.examples.pretrain;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.flsl.examples.settings.Config;
import org.flsl.layers.vit.VitConfig;
import org.flsl.training.FlslConfig;
import org.flsl.views.ViewConfig;
import org.junit.jupiter.api.Test;

/** Where nothing is said, the command does what the libraries do: every value of each. */
class LibraryDefaultsTest {
  private static final Config DEFAULTS = Settings.SCHEMA.defaults();
  private static final Setup SETUP = Setup.of(DEFAULTS);

  @Test
  void theNetworkIsTheLibrarys() {
    assertEquals(VitConfig.builder().build(), SETUP.vit());
  }

  @Test
  void theViewsAreTheLibrarys() {
    assertEquals(ViewConfig.builder().build(), SETUP.views());
    assertEquals(ViewConfig.paper(), SETUP.views());
  }

  @Test
  void objectiveAndOptimisationAreTheLibrarysButForBatchAndSeed() {
    assertEquals(
        FlslConfig.builder()
            .iterationsPerEpoch(10)
            .batchSize(DEFAULTS.get(Settings.BATCH))
            .seed(DEFAULTS.get(Settings.SEED))
            .build(),
        SETUP.objective(10));
  }
}
