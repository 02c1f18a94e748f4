package org.flsl.examples.settings;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;

/** What one run of a command is told: a value for each setting of its {@link Schema}. */
public final class Config {
  private final Schema schema;
  private final Map<String, Object> values;

  Config(Schema schema, Map<String, Object> values) {
    this.schema = schema;
    this.values = values;
  }

  /** The settings that have a value here. */
  public Schema schema() {
    return schema;
  }

  /** Whether it has a value for a setting. */
  public boolean has(Setting<?> setting) {
    return values.containsKey(setting.name());
  }

  /** The value of a setting; null where it is auto. */
  @SuppressWarnings("unchecked") // with() and defaults() put in nothing else
  public <T> T get(Setting<T> setting) {
    if (!has(setting)) {
      throw new IllegalArgumentException(
          "%s has no setting %s".formatted(schema.command(), setting));
    }
    return (T) values.get(setting.name());
  }

  /** The value of a setting, or this one where it is auto. */
  public <T> T get(Setting<T> setting, T auto) {
    T value = get(setting);
    return value == null ? auto : value;
  }

  /**
   * Hands every value to a builder that it is meant for.
   *
   * @return {@code builder}
   */
  public <B> B fill(B builder) {
    schema.settings().forEach(setting -> hand(setting, builder));
    return builder;
  }

  private <T> void hand(Setting<T> setting, Object builder) {
    setting.handTo(builder, get(setting));
  }

  /** This configuration with one value changed. */
  public <T> Config with(Setting<T> setting, T value) {
    Map<String, Object> changed = new LinkedHashMap<>(values);
    changed.put(setting.name(), value);
    return new Config(schema, changed);
  }

  /**
   * This configuration with one value read from text.
   *
   * @param origin where the text stands, for the error message
   */
  public <T> Config with(Setting<T> setting, String text, String origin) {
    return with(setting, setting.read(text, origin));
  }

  /** The same of an entry of a file. */
  <T> Config with(Setting<T> setting, YamlEntry entry) {
    return with(setting, setting.read(entry.text(), entry.written(), entry.where() + entry.key()));
  }

  /** This configuration as it is understood in any other working directory. */
  public Config absolute() {
    Map<String, Object> changed = new LinkedHashMap<>(values);
    schema.settings().stream()
        .filter(Setting::isWritten)
        .forEach(
            setting ->
                changed.computeIfPresent(
                    setting.name(),
                    (name, value) ->
                        value instanceof Path path ? path.toAbsolutePath().normalize() : value));
    return new Config(schema, changed);
  }

  /** The value of a setting as flags and files write it. */
  public <T> String text(Setting<T> setting) {
    return setting.write(get(setting));
  }

  /**
   * Every setting that is written down, as text.
   *
   * @return by the title of the section, values by the names of their settings
   */
  public Map<String, Map<String, String>> bySection() {
    Map<String, Map<String, String>> sections = new LinkedHashMap<>();
    for (Setting<?> setting : schema.settings()) {
      if (setting.isWritten()) {
        sections
            .computeIfAbsent(setting.section().title(), title -> new LinkedHashMap<>())
            .put(setting.name(), text(setting));
      }
    }
    return sections;
  }
}
