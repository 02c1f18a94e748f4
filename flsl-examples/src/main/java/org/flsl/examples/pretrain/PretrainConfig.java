package org.flsl.examples.pretrain;

import java.util.LinkedHashMap;
import java.util.Map;
import org.flsl.examples.UserError;

/** What one pretraining run is told: a value for each of {@link Settings#ALL}. */
final class PretrainConfig {
  private final Map<Setting<?>, Object> values;

  private PretrainConfig(Map<Setting<?>, Object> values) {
    this.values = values;
  }

  /** The paper's recipe. */
  static PretrainConfig defaults() {
    Map<Setting<?>, Object> values = new LinkedHashMap<>();
    Settings.ALL.forEach(setting -> values.put(setting, setting.defaultValue()));
    return new PretrainConfig(values);
  }

  /** The value of a setting; null where it is auto. */
  @SuppressWarnings("unchecked") // with() and defaults() put in nothing else
  <T> T get(Setting<T> setting) {
    return (T) values.get(setting);
  }

  /** The value of a setting, or this one where it is auto. */
  <T> T get(Setting<T> setting, T auto) {
    T value = get(setting);
    return value == null ? auto : value;
  }

  /** This configuration with one value changed. */
  <T> PretrainConfig with(Setting<T> setting, T value) {
    Map<Setting<?>, Object> changed = new LinkedHashMap<>(values);
    changed.put(setting, value);
    return new PretrainConfig(changed);
  }

  /**
   * This configuration with one value read from text.
   *
   * @param origin where the text stands, for the error message
   */
  <T> PretrainConfig with(Setting<T> setting, String text, String origin) {
    return with(setting, setting.read(text, origin));
  }

  /** The value of a setting as flags and files write it. */
  <T> String text(Setting<T> setting) {
    return setting.write(get(setting));
  }

  /** This configuration, after its values are found to fit one another. */
  PretrainConfig checked() {
    Settings.Architecture arch = get(Settings.ARCH);
    int width = get(Settings.WIDTH, arch.width());
    int heads = get(Settings.HEADS, arch.heads());
    if (width % heads != 0) {
      throw new UserError(
          "%d heads do not divide a width of %d: choose --heads from the divisors of --width"
              .formatted(heads, width));
    }
    checkPatch(Settings.GLOBAL_SIZE);
    if (get(Settings.LOCAL_VIEWS) > 0) {
      checkPatch(Settings.LOCAL_SIZE);
    }
    if (get(Settings.POSITIONS) == Settings.Positions.SINCOS && width % 4 != 0) {
      throw new UserError(
          "sine-cosine positions need a width that 4 divides, but --width is " + width);
    }
    return this;
  }

  private void checkPatch(Setting<Integer> size) {
    int patch = get(Settings.PATCH);
    int pixels = get(size);
    if (pixels % patch != 0) {
      int below = pixels / patch * patch;
      throw new UserError(
          "a patch of %d does not divide --%s %d: choose %s%d, or another --patch"
              .formatted(patch, size, pixels, below == 0 ? "" : below + " or ", below + patch));
    }
  }
}
