package org.flsl.examples.settings;

import java.io.StringReader;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.flsl.examples.command.Problems;
import org.flsl.examples.command.UserError;
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
 * One {@code key: value} of a YAML file, which knows where it stands.
 *
 * <p>Errors name the file and the line.
 */
public final class YamlEntry {
  private final String name;
  private final int line;
  private final String key;
  private final Node value;

  private YamlEntry(String name, int line, String key, Node value) {
    this.name = name;
    this.line = line;
    this.key = key;
    this.value = value;
  }

  /**
   * The entries of a text, in its order.
   *
   * @param name stands for the text in errors
   * @throws UserError where it is not YAML, or no list of entries, or a key stands there twice
   */
  public static List<YamlEntry> parse(String text, String name) {
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
      return entries(mapping, name);
    }
    throw new UserError(
        name + " holds no settings: expected lines of the form 'name: value', such as 'batch: 16'");
  }

  private static List<YamlEntry> entries(MappingNode mapping, String name) {
    List<YamlEntry> entries = new ArrayList<>();
    Set<String> seen = new HashSet<>();
    for (NodeTuple tuple : mapping.getValue()) {
      int line = tuple.getKeyNode().getStartMark().getLine() + 1;
      String where = where(name, line);
      String key = scalar(tuple.getKeyNode(), where);
      if (!seen.add(key)) {
        throw new UserError(where + "'" + key + "' stands here a second time; keep one of them");
      }
      entries.add(new YamlEntry(name, line, key, tuple.getValueNode()));
    }
    return entries;
  }

  /** File and line, to begin an error with. */
  public String where() {
    return where(name, line);
  }

  private static String where(String name, int line) {
    return name + ", line " + line + ": ";
  }

  /** What stands before the colon. */
  public String key() {
    return key;
  }

  /** Whether the value is a section: more entries. */
  public boolean isSection() {
    return value instanceof MappingNode;
  }

  /** The entries of the value. */
  public List<YamlEntry> section() {
    if (value instanceof MappingNode mapping) {
      return entries(mapping, name);
    }
    throw new UserError(where() + key + " takes a section, lines of the form 'name: value'");
  }

  /** The values of a list. */
  public List<String> list() {
    return elements().stream().map(element -> text(element, where() + key)).toList();
  }

  /** The sections of a list of sections. */
  public List<List<YamlEntry>> sections() {
    List<List<YamlEntry>> sections = new ArrayList<>();
    for (Node element : elements()) {
      if (!(element instanceof MappingNode mapping)) {
        throw new UserError(
            where() + key + " takes a list of sections, as in [{gamma: 0}, {gamma: 5}]");
      }
      sections.add(entries(mapping, name));
    }
    return sections;
  }

  private List<Node> elements() {
    if (value instanceof SequenceNode list) {
      return list.getValue();
    }
    throw new UserError(where() + key + " takes a list, as in [1, 2, 3]");
  }

  /** The value as a flag would write it. */
  public String text() {
    return text(value, where() + key);
  }

  /** The value as the file has it, but for blanks and quotes. */
  String written() {
    return value instanceof SequenceNode ? "[%s]".formatted(String.join(", ", list())) : text();
  }

  private static String text(Node node, String where) {
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
}
