package org.flsl.examples.command;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class NameLocaleTest {
  private static final List<String> LOST = List.of("--images", "Fotos Z\ufffd\ufffdrich");

  @Test
  void anAsciiLocaleIsReplacedAndLosesLetters() {
    NameLocale ascii = new NameLocale("ANSI_X3.4-1968");
    assertEquals(Map.of("LC_ALL", "C.UTF-8"), ascii.environment());
    assertTrue(ascii.loses(LOST));
    assertFalse(ascii.loses(List.of("--images", "photos")));
  }

  @Test
  void othersStay() {
    for (String encoding : new String[] {"UTF-8", "ISO-8859-1", null}) {
      NameLocale locale = new NameLocale(encoding);
      assertEquals(Map.of(), locale.environment(), encoding);
      assertFalse(locale.loses(LOST), encoding);
    }
  }
}
