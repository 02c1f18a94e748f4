package org.flsl.evaluation.data;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.flsl.views.decode.FileProblem;

/** Text files that list the images or sequences of a split, one in a line. */
final class ImageList {

  private ImageList() {}

  /**
   * The first word of each line that is not empty; VOC's lists of one class have a second.
   *
   * @throws DatasetException if the file is missing, unreadable or empty
   */
  static List<String> read(Path file) {
    List<String> names;
    try (Stream<String> lines = Files.lines(file)) {
      names =
          lines.map(String::strip).filter(line -> !line.isEmpty()).map(ImageList::word).toList();
    } catch (NoSuchFileException e) {
      throw new DatasetException(
          "There is no list %s; the splits in that folder are: %s"
              .formatted(file, neighbours(file)),
          e);
    } catch (IOException | UncheckedIOException e) {
      throw new DatasetException("Cannot read the list " + file + ": " + FileProblem.explain(e), e);
    }
    if (names.isEmpty()) {
      throw new DatasetException("The list " + file + " is empty: expected a name in each line");
    }
    return names;
  }

  private static String word(String line) {
    return line.split("\\s+", 2)[0];
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
