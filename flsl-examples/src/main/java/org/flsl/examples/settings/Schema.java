package org.flsl.examples.settings;

import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.ServiceConfigurationError;
import java.util.Set;
import org.flsl.examples.command.Spelling;
import org.flsl.examples.command.UserError;

/**
 * The settings that one command takes, in the order in which help and files list them.
 *
 * @param command as it is typed, such as {@code pretrain}
 */
public record Schema(String command, List<Setting<?>> settings) {

  /**
   * Copies.
   *
   * @throws ServiceConfigurationError if a name comes twice, which only a plug-in brings about
   */
  public Schema {
    settings = List.copyOf(settings);
    Set<String> names = new HashSet<>();
    for (Setting<?> setting : settings) {
      if (!names.add(setting.name())) {
        throw new ServiceConfigurationError(
            "./flsl %s has two settings called %s; another name for the weight of a loss term is needed"
                .formatted(command, setting.name()));
      }
    }
  }

  /** The setting of a name; null where there is none. */
  private Setting<?> find(String name) {
    return settings.stream().filter(one -> one.name().equals(name)).findFirst().orElse(null);
  }

  /**
   * The setting of a name that a user wrote.
   *
   * @param where stands in front of the error
   * @throws UserError where there is none, with the name that was perhaps meant
   */
  public Setting<?> named(String name, String where) {
    Setting<?> found = find(name);
    if (found == null) {
      String advice =
          Spelling.advice(name, settings.stream().map(Setting::name).toList())
              .orElse("./flsl " + command + " --help lists the settings");
      throw new UserError(where + "there is no setting '" + name + "'; " + advice);
    }
    return found;
  }

  /** The configuration in which nothing is said. */
  public Config defaults() {
    Map<String, Object> values = new LinkedHashMap<>();
    settings.forEach(setting -> values.put(setting.name(), setting.defaultValue()));
    return new Config(this, values);
  }
}
