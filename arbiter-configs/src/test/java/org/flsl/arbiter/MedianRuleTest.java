package org.flsl.arbiter;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;

class MedianRuleTest {
  private static final MedianRule RULE = MedianRule.usual();

  @Test
  void theWorseHalfIsHopeless() {
    List<Double> others = List.of(0.3, 0.1, 0.2);
    assertTrue(RULE.isHopeless(0.19, others));
    assertFalse(RULE.isHopeless(0.2, others));
    assertTrue(RULE.isHopeless(0.24, List.of(0.1, 0.2, 0.3, 0.4)));
    assertFalse(RULE.isHopeless(0.26, List.of(0.1, 0.2, 0.3, 0.4)));
  }

  @Test
  void fewOthersSayNothing() {
    assertFalse(RULE.isHopeless(0, List.of(0.3, 0.4)));
  }

  @Test
  void theUsualOneLooksTwice() {
    assertEquals(List.of(33, 67), RULE.percents());
    assertEquals(List.of(), MedianRule.never().percents());
  }
}
