package org.flsl.evaluation.data;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.flsl.views.decode.FileProblem;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Text files that list the images or sequences of a split, one in a line. */
final class ImageList {
  private static final Logger LOG = LoggerFactory.getLogger(ImageList.class);

  /** Of a class in VOC: 1 for yes, -1 for no, 0 for difficult. */
  private static final Pattern FLAG = Pattern.compile("\\s+(-1|0|1)$");

  private ImageList() {}

  /**
   * The name in each line that is not empty. VOC's lists of one class have a number behind it;
   * names may hold blanks, so a line is a name as a whole where it is known as such. Names that
   * come again are counted in a warning.
   *
   * @param known whether there is something of a name
   * @throws DatasetException if the file is missing, unreadable or empty
   */
  static List<String> read(Path file, Predicate<String> known) {
    List<String> names;
    try {
      names =
          TextLines.of(file).stream()
              .filter(line -> !line.isEmpty())
              .map(line -> known.test(line) ? line : FLAG.matcher(line).replaceFirst(""))
              .toList();
    } catch (NoSuchFileException e) {
      throw new DatasetException(
          "There is no list %s; the splits in that folder are: %s"
              .formatted(file, neighbours(file)),
          e);
    } catch (IOException e) {
      throw new DatasetException("Cannot read the list " + file + ": " + FileProblem.explain(e), e);
    }
    if (names.isEmpty()) {
      throw new DatasetException("The list " + file + " is empty: expected a name in each line");
    }
    List<String> each = names.stream().distinct().toList();
    if (each.size() < names.size()) {
      LOG.warn(
          "{}: lines that repeat a name, which counts once: {}", file, names.size() - each.size());
    }
    return each;
  }

  private static String neighbours(Path file) {
    try (Stream<Path> files = Files.list(file.getParent())) {
      return files
          .map(neighbour -> neighbour.getFileName().toString())
          .filter(name -> name.endsWith(".txt"))
          .map(name -> name.substring(0, name.length() - ".txt".length()))
          .sorted()
          .collect(
              java.util.stream.Collectors.collectingAndThen(
                  java.util.stream.Collectors.joining(", "), all -> all.isEmpty() ? "none" : all));
    } catch (IOException noFolder) {
      return "none (no such folder)";
    }
  }
}
