package org.flsl.examples.settings;

import java.io.IOException;
import java.nio.charset.MalformedInputException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.flsl.examples.command.Problems;
import org.flsl.examples.command.UserError;

/**
 * A configuration as YAML: one {@code name: value} per line, the names being those of the flags.
 *
 * <p>Errors name the file and the line.
 */
public final class ConfigFile {
  private static final Pattern PLAIN = Pattern.compile("[A-Za-z0-9_./][A-Za-z0-9_./+-]*");

  private ConfigFile() {}

  /** Reads a file over a configuration: what the file does not name keeps its value. */
  public static Config read(Path file, Config base) {
    return over(entries(file), base);
  }

  /** What a file says, before it is asked what it means. */
  public static List<YamlEntry> entries(Path file) {
    try {
      return YamlEntry.parse(Files.readString(file), file.toString());
    } catch (MalformedInputException e) {
      throw new UserError(file + " is not a text file: --config takes a YAML file", e);
    } catch (IOException e) {
      throw new UserError("cannot read " + file + ": " + Problems.explain(e), e);
    }
  }

  /**
   * Reads text over a configuration.
   *
   * @param name stands for the text in errors
   */
  public static Config parse(String text, String name, Config base) {
    return over(YamlEntry.parse(text, name), base);
  }

  /** Sets what some entries name. */
  public static Config over(List<YamlEntry> entries, Config base) {
    Config config = base;
    for (YamlEntry entry : entries) {
      Setting<?> setting = base.schema().named(entry.key(), entry.where());
      config = config.with(setting, entry);
    }
    return config;
  }

  /** Writes every setting that another run can start from. */
  public static String write(Config config) {
    return config.schema().settings().stream()
        .filter(Setting::isWritten)
        .collect(
            Collectors.groupingBy(Setting::section, java.util.TreeMap::new, Collectors.toList()))
        .entrySet()
        .stream()
        .map(section -> section(section.getKey(), section.getValue(), config))
        .collect(Collectors.joining(System.lineSeparator()));
  }

  private static String section(Setting.Section section, List<Setting<?>> settings, Config config) {
    StringBuilder text = new StringBuilder("# " + section.title() + System.lineSeparator());
    for (Setting<?> setting : settings) {
      String value = quoted(config.text(setting));
      text.append(setting).append(": ").append(value).append(System.lineSeparator());
    }
    return text.toString();
  }

  private static String quoted(String value) {
    return PLAIN.matcher(value).matches() ? value : "'" + value.replace("'", "''") + "'";
  }
}
