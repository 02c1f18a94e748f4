package org.flsl.evaluation.data;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.IntStream;
import org.flsl.views.decode.FileProblem;
import org.nd4j.shade.jackson.databind.JsonNode;
import org.nd4j.shade.jackson.databind.ObjectMapper;
import org.nd4j.shade.jackson.dataformat.yaml.YAMLFactory;

/** The names of classes: a text file with a name in each line, or {@code names} of YOLO's yaml. */
public final class ClassNames {
  private ClassNames() {}

  /**
   * Reads names in the order of their numbers.
   *
   * @throws DatasetException if there are none, or one stands there twice
   */
  public static List<String> read(Path file) {
    List<String> names;
    try {
      String ending = file.toString().toLowerCase(Locale.ROOT);
      names =
          ending.endsWith(".yaml") || ending.endsWith(".yml")
              ? ofYaml(file)
              : TextLines.of(file).stream().filter(line -> !line.isEmpty()).toList();
    } catch (NumberFormatException e) {
      throw new DatasetException(
          file
              + " numbers its names by words: expected a list of names, or whole numbers before them",
          e);
    } catch (IOException e) {
      throw new DatasetException(
          "Cannot read the names of classes in %s: %s".formatted(file, FileProblem.explain(e)), e);
    }
    if (names.isEmpty()) {
      throw new DatasetException(file + " holds no names of classes: expected one in each line");
    }
    if (Set.copyOf(names).size() < names.size()) {
      throw new DatasetException(
          "%s holds a name of a class twice: %s; give each a name of its own"
              .formatted(file, names));
    }
    return names;
  }

  private static List<String> ofYaml(Path file) throws IOException {
    JsonNode names =
        new ObjectMapper(new YAMLFactory()).readTree(Files.readString(file)).path("names");
    if (names.isArray()) {
      List<String> list = new ArrayList<>();
      names.forEach(name -> list.add(name.asText()));
      return list;
    }
    TreeMap<Integer, String> numbered = new TreeMap<>();
    names
        .fields()
        .forEachRemaining(
            entry -> numbered.put(Integer.parseInt(entry.getKey()), entry.getValue().asText()));
    List<Integer> expected = IntStream.range(0, numbered.size()).boxed().toList();
    if (!List.copyOf(numbered.keySet()).equals(expected)) {
      throw new DatasetException(
          "%s numbers its names %s: expected 0 to %d, each once, since labels have these numbers"
              .formatted(file, numbered.keySet(), numbered.size() - 1));
    }
    return List.copyOf(numbered.values());
  }
}
