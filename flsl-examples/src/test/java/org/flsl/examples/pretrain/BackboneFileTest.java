package org.flsl.examples.pretrain;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Map;
import org.flsl.views.ViewConfig;
import org.junit.jupiter.api.Test;

class BackboneFileTest {

  @Test
  void anyNormalisationIsReadAsItIsWritten() {
    float[] mean = {-0.5f, 1.5e-9f, 123};
    float[] std = {5e-4f, 1, 2e10f};
    Map<String, String> written =
        BackboneFile.normalisation(ViewConfig.builder().mean(mean).std(std).build());
    written.forEach(
        (key, numbers) -> assertTrue(BackboneFile.isNormalisation(key, numbers, 3), numbers));
    assertEquals("-0.5 1.5E-9 123.0", written.get(BackboneFile.MEAN));
  }

  @Test
  void wordsAndOtherNumbersOfChannelsAreNone() {
    for (String text : new String[] {"", "0.5 0.5", "0.5 0.5 half", "0.5 0.5 -", "1E 1 1"}) {
      assertFalse(BackboneFile.isNormalisation(BackboneFile.MEAN, text, 3), text);
    }
    assertTrue(BackboneFile.isNormalisation(BackboneFile.MEAN, "0 0 -1", 3));
    assertFalse(BackboneFile.isNormalisation(BackboneFile.STD, "1 1 0", 3));
    assertFalse(BackboneFile.isNormalisation(BackboneFile.STD, "1 1 -1", 3));
  }
}
