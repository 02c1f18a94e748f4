package org.flsl.examples.settings;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.util.Arrays;
import java.util.HashSet;
import java.util.Set;
import org.flsl.examples.command.UserError;
import org.flsl.examples.pretrain.Settings;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SettingTest {

  @Test
  void everySettingIsListedOnceAndSaysWhatItIs() throws IllegalAccessException {
    Set<Setting<?>> declared = new HashSet<>();
    for (Field field : Settings.class.getDeclaredFields()) {
      if (Modifier.isStatic(field.getModifiers()) && field.getType() == Setting.class) {
        declared.add((Setting<?>) field.get(null));
      }
    }
    declared.addAll(Settings.WEIGHTS.values());
    assertEquals(declared, Set.copyOf(Settings.SCHEMA.settings()));
    assertEquals(
        Settings.SCHEMA.settings().size(),
        Settings.SCHEMA.settings().stream().map(Setting::name).distinct().count());
    Settings.SCHEMA
        .settings()
        .forEach(setting -> assertTrue(setting.description().endsWith("."), setting::name));
  }

  @Test
  void everyDefaultCanBeReadBack() {
    Settings.SCHEMA.settings().forEach(SettingTest::readBack);
  }

  private static <T> void readBack(Setting<T> setting) {
    assertEquals(
        setting.defaultValue(), setting.read(setting.write(setting.defaultValue()), "test"));
  }

  @Test
  void aSpanIsOneNumberOrTwo() {
    assertEquals(new Span(0.04, 0.4), Settings.WEIGHT_DECAY.read("0.04..0.4", "test"));
    assertEquals(Span.of(5), Settings.SCHEMA.named("gamma", "").read("5", "test"));
    assertEquals("0.04..0.4", Settings.WEIGHT_DECAY.write(new Span(0.04, 0.4)));
  }

  @Test
  void autoStandsForTheProgramsChoice() {
    assertNull(Settings.THREADS.read("auto", "test"));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "batch | 0 | --batch is '0', but has to be a whole number of at least 1",
        "batch | many | --batch is 'many', but has to be a whole number of at least 1",
        "batch | auto | --batch is 'auto', but has to be a whole number of at least 1",
        "gamma | -5 | --gamma is '-5', but has to be a number or two, as in 0.1..0.5, each of at"
            + " least 0",
        "gamma | 1..-5 | --gamma is '1..-5', but has to be a number or two, as in 0.1..0.5, each of"
            + " at least 0",
        "gamma | NaN | --gamma is 'NaN', but has to be a number or two, as in 0.1..0.5, each of at"
            + " least 0",
        "lr | 0 | --lr is '0', but has to be a number greater than 0",
        "momentum | 0.9..1.1 | --momentum is '0.9..1.1', but has to be a number or two, as in"
            + " 0.1..0.5, each of at least 0 and at most 1",
        "local-scale | 0.4..0.1 | --local-scale is '0.4..0.1', but has to be a number or two, as in"
            + " 0.1..0.5, each greater than 0 and at most 1, the smaller one first",
        "arch | huge | --arch is 'huge', but has to be one of tiny, small, base",
        "centring | perhaps | --centring is 'perhaps', but has to be yes or no",
        "threads | -1 | --threads is '-1', but has to be a whole number from 1 to 1024, or auto",
      })
  void aWrongValueIsNamedWithWhatWasExpected(String name, String text, String message) {
    Setting<?> setting =
        Settings.SCHEMA.settings().stream()
            .filter(s -> s.name().equals(name))
            .findFirst()
            .orElseThrow();
    UserError error = assertThrows(UserError.class, () -> setting.read(text, "--" + name));
    assertEquals(message, error.getMessage());
  }

  @Test
  void sectionsFollowOneAnother() {
    int[] sections =
        Settings.SCHEMA.settings().stream().mapToInt(s -> s.section().ordinal()).toArray();
    int[] sorted = sections.clone();
    Arrays.sort(sorted);
    assertEquals(Arrays.toString(sorted), Arrays.toString(sections));
  }
}
