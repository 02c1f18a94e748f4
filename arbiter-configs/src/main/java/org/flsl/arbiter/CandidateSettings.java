package org.flsl.arbiter;

import java.io.Serializable;
import java.util.Collections;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import org.flsl.examples.command.UserError;
import org.flsl.examples.pretrain.GivenNetwork;
import org.flsl.examples.pretrain.Settings;
import org.flsl.examples.pretrain.Setup;
import org.flsl.examples.settings.Config;
import org.flsl.examples.settings.Setting;

/**
 * What tells one candidate of a sweep from the others: values of some settings of {@code flsl
 * pretrain}, as its files write them.
 */
public final class CandidateSettings implements Serializable {
  private static final long serialVersionUID = 1L;

  private final LinkedHashMap<String, String> values;

  /**
   * Settings by name.
   *
   * @param values in the order in which to show them
   */
  public CandidateSettings(Map<String, String> values) {
    this.values = new LinkedHashMap<>(values);
  }

  /** Values by name of setting. */
  public Map<String, String> values() {
    return Collections.unmodifiableMap(values);
  }

  /** The value of a setting; null where this candidate leaves it as it was. */
  public String get(String setting) {
    return values.get(setting);
  }

  /**
   * A configuration with these settings changed.
   *
   * @throws UserError where one is no setting or no value
   */
  public Config applyTo(Config config) {
    Config changed = config;
    for (Map.Entry<String, String> entry : values.entrySet()) {
      changed =
          changed.with(Settings.SCHEMA.named(entry.getKey(), ""), entry.getValue(), entry.getKey());
    }
    return changed;
  }

  /**
   * The same, which fits the network of the user's own that it names, if it names one.
   *
   * @param named settings that the user says himself, beside these
   * @throws UserError where nothing can be trained with it
   */
  public Config fit(Config config, Set<Setting<?>> named) {
    Set<Setting<?>> all = new HashSet<>(named);
    values.keySet().forEach(name -> all.add(Settings.SCHEMA.named(name, "")));
    Config fit = GivenNetwork.settle(applyTo(config), all, line -> {});
    Setup.of(fit);
    return fit;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof CandidateSettings that && values.equals(that.values);
  }

  @Override
  public int hashCode() {
    return values.hashCode();
  }

  /** One after the other, as in {@code gamma 5 eta 1}. */
  @Override
  public String toString() {
    StringBuilder text = new StringBuilder();
    values.forEach((name, value) -> text.append("  ").append(name).append(' ').append(value));
    return text.isEmpty() ? "as configured" : text.substring(2);
  }
}
