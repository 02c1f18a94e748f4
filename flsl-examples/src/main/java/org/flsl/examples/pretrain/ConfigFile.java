package org.flsl.examples.pretrain;

import java.io.IOException;
import java.io.StringReader;
import java.nio.charset.MalformedInputException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.apache.commons.text.similarity.JaroWinklerSimilarity;
import org.flsl.examples.UserError;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.constructor.SafeConstructor;
import org.yaml.snakeyaml.error.MarkedYAMLException;
import org.yaml.snakeyaml.error.YAMLException;
import org.yaml.snakeyaml.nodes.MappingNode;
import org.yaml.snakeyaml.nodes.Node;
import org.yaml.snakeyaml.nodes.NodeTuple;
import org.yaml.snakeyaml.nodes.ScalarNode;
import org.yaml.snakeyaml.nodes.SequenceNode;

/**
 * A configuration as YAML: one {@code name: value} per line, the names being those of the flags.
 *
 * <p>Errors name the file and the line.
 */
final class ConfigFile {
  private static final Pattern PLAIN = Pattern.compile("[A-Za-z0-9_./][A-Za-z0-9_./+-]*");
  private static final double ALIKE = 0.8;

  private ConfigFile() {}

  /** Reads a file over a configuration: what the file does not name keeps its value. */
  static PretrainConfig read(Path file, PretrainConfig base) {
    try {
      return parse(Files.readString(file), file.toString(), base);
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
  static PretrainConfig parse(String text, String name, PretrainConfig base) {
    PretrainConfig config = base;
    Set<String> seen = new HashSet<>();
    for (NodeTuple entry : entries(text, name)) {
      String where = name + ", line " + (entry.getKeyNode().getStartMark().getLine() + 1) + ": ";
      String key = scalar(entry.getKeyNode(), where);
      if (!seen.add(key)) {
        throw new UserError(where + "'" + key + "' stands here a second time; keep one of them");
      }
      Setting<?> setting = find(key).orElseThrow(() -> unknown(key, where));
      config = config.with(setting, value(entry.getValueNode(), where + key), where + key);
    }
    return config;
  }

  /** Writes every setting but the run folder, so that the text can start another run. */
  static String write(PretrainConfig config) {
    return Settings.ALL.stream()
        .collect(
            Collectors.groupingBy(Setting::section, java.util.TreeMap::new, Collectors.toList()))
        .entrySet()
        .stream()
        .map(section -> section(section.getKey(), section.getValue(), config))
        .collect(Collectors.joining(System.lineSeparator()));
  }

  private static String section(
      Setting.Section section, List<Setting<?>> settings, PretrainConfig config) {
    StringBuilder text = new StringBuilder("# " + section.title() + System.lineSeparator());
    for (Setting<?> setting : settings) {
      if (setting != Settings.OUT) {
        String value = quoted(config.text(setting));
        text.append(setting).append(": ").append(value).append(System.lineSeparator());
      }
    }
    return text.toString();
  }

  private static List<NodeTuple> entries(String text, String name) {
    Node root;
    try {
      root = new Yaml(new SafeConstructor(new LoaderOptions())).compose(new StringReader(text));
    } catch (MarkedYAMLException e) {
      int line = e.getProblemMark().getLine() + 1;
      throw new UserError("%s, line %d is not YAML: %s".formatted(name, line, e.getProblem()), e);
    } catch (YAMLException e) {
      throw new UserError(name + " is not YAML: " + Problems.firstLine(e), e);
    }
    if (root == null) {
      return List.of();
    }
    if (root instanceof MappingNode mapping) {
      return mapping.getValue();
    }
    throw new UserError(
        name + " holds no settings: expected lines of the form 'name: value', such as 'batch: 16'");
  }

  private static String value(Node node, String where) {
    if (node instanceof SequenceNode list) {
      // [0.05, 0.4] is how YAML writes what flags write as 0.05..0.4
      return list.getValue().stream()
          .map(element -> scalar(element, where + ": "))
          .collect(Collectors.joining(".."));
    }
    return scalar(node, where + ": ");
  }

  private static String scalar(Node node, String where) {
    if (node instanceof ScalarNode scalar) {
      return scalar.getValue();
    }
    throw new UserError(where + "expected one value, found a nested list or section");
  }

  private static UserError unknown(String key, String where) {
    JaroWinklerSimilarity similarity = new JaroWinklerSimilarity();
    String best = "";
    for (Setting<?> setting : Settings.ALL) {
      if (similarity.apply(key, setting.name()) > similarity.apply(key, best)) {
        best = setting.name();
      }
    }
    String advice =
        similarity.apply(key, best) >= ALIKE
            ? "did you mean '" + best + "'?"
            : "./flsl pretrain --help lists the settings";
    return new UserError(where + "there is no setting '" + key + "'; " + advice);
  }

  private static Optional<Setting<?>> find(String name) {
    return Settings.ALL.stream().filter(setting -> setting.name().equals(name)).findFirst();
  }

  private static String quoted(String value) {
    return PLAIN.matcher(value).matches() ? value : "'" + value.replace("'", "''") + "'";
  }
}
