package org.flsl.examples.settings;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.flsl.examples.command.UserError;
import picocli.CommandLine.Model.ArgGroupSpec;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ParseResult;

/** The settings of a command as its flags: in the help, each under its heading, and as given. */
public final class SettingFlags {
  private final Schema schema;
  private final Map<Setting<?>, List<String>> aliases;

  /** A flag for every setting. */
  public SettingFlags(Schema schema) {
    this(schema, Map.of());
  }

  /**
   * The same, some of which have further names.
   *
   * @param aliases names that other commands have for the same thing
   */
  public SettingFlags(Schema schema, Map<Setting<?>, List<String>> aliases) {
    this.schema = schema;
    this.aliases = aliases;
  }

  /** Adds the flags to a command. */
  public void addTo(CommandSpec command) {
    for (Setting.Section section : Setting.Section.values()) {
      List<Setting<?>> settings =
          schema.settings().stream().filter(one -> one.section() == section).toList();
      if (!settings.isEmpty()) {
        ArgGroupSpec.Builder group =
            ArgGroupSpec.builder()
                .heading("%n" + section.title() + "%n")
                .validate(false)
                .order(section.ordinal());
        settings.forEach(setting -> group.addArg(flag(setting)));
        command.addArgGroup(group.build());
      }
    }
  }

  private String[] names(Setting<?> setting) {
    return Stream.concat(
            Stream.of(setting.name()), aliases.getOrDefault(setting, List.of()).stream())
        .map(name -> "--" + name)
        .toArray(String[]::new);
  }

  private <T> OptionSpec flag(Setting<T> setting) {
    OptionSpec.Builder flag =
        OptionSpec.builder(names(setting))
            .order(schema.settings().indexOf(setting))
            .paramLabel(setting.label())
            .type(String.class)
            // Text only: the setting reads it, in the same way as from a file.
            .description(
                setting.description() + " Default: " + setting.write(setting.defaultValue()));
    if (setting.isYesOrNo()) {
      flag.arity("0..1").fallbackValue("yes");
    } else {
      flag.arity("1");
    }
    return flag.build();
  }

  /**
   * What a user gave, as text.
   *
   * @throws UserError if a flag is given twice
   */
  public Map<Setting<?>, String> given(ParseResult line) {
    Map<Setting<?>, String> flags = new LinkedHashMap<>();
    for (OptionSpec flag : line.matchedOptions()) {
      for (Setting<?> setting : schema.settings()) {
        if (List.of(flag.names()).contains("--" + setting)
            && flags.put(setting, flag.stringValues().get(0)) != null) {
          throw new UserError("--" + setting + " is given twice; keep one of them");
        }
      }
    }
    return flags;
  }
}
