package org.flsl.examples.pretrain;

import java.util.LinkedHashMap;
import java.util.Map;
import org.flsl.examples.settings.Setting;

/** What one pretraining run is told: a value for each of {@link Settings#ALL}. */
public final class PretrainConfig {
  private final Map<Setting<?>, Object> values;

  private PretrainConfig(Map<Setting<?>, Object> values) {
    this.values = values;
  }

  /** The paper's recipe. */
  public static PretrainConfig defaults() {
    Map<Setting<?>, Object> values = new LinkedHashMap<>();
    Settings.ALL.forEach(setting -> values.put(setting, setting.defaultValue()));
    return new PretrainConfig(values);
  }

  /** The value of a setting; null where it is auto. */
  @SuppressWarnings("unchecked") // with() and defaults() put in nothing else
  public <T> T get(Setting<T> setting) {
    return (T) values.get(setting);
  }

  /** The value of a setting, or this one where it is auto. */
  public <T> T get(Setting<T> setting, T auto) {
    T value = get(setting);
    return value == null ? auto : value;
  }

  /** This configuration with one value changed. */
  public <T> PretrainConfig with(Setting<T> setting, T value) {
    Map<Setting<?>, Object> changed = new LinkedHashMap<>(values);
    changed.put(setting, value);
    return new PretrainConfig(changed);
  }

  /**
   * This configuration with one value read from text.
   *
   * @param origin where the text stands, for the error message
   */
  public <T> PretrainConfig with(Setting<T> setting, String text, String origin) {
    return with(setting, setting.read(text, origin));
  }

  /** The value of a setting as flags and files write it. */
  public <T> String text(Setting<T> setting) {
    return setting.write(get(setting));
  }
}
