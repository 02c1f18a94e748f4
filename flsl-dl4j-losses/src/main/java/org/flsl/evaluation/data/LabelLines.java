package org.flsl.evaluation.data;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntPredicate;
import java.util.regex.Pattern;
import java.util.stream.DoubleStream;
import java.util.stream.Stream;
import org.flsl.views.decode.FileProblem;

/** Text files of labels with a line of numbers for each object. */
final class LabelLines {
  private static final Pattern BLANK_ALONE = Pattern.compile("[^,\\s]\\s+[^,\\s]");
  private static final Pattern COMMA_ALONE = Pattern.compile(",[^,\\s]");

  private final IntPredicate count;
  private final Unusable broken = new Unusable();
  private int lines;

  /**
   * @param count how many numbers a line may have
   */
  LabelLines(IntPredicate count) {
    this.count = count;
  }

  /** Lines that are none, for a warning. */
  Unusable broken() {
    return broken;
  }

  /** How many lines there were so far. */
  int lines() {
    return lines;
  }

  /**
   * The numbers of each line; lines that hold none are counted and left out.
   *
   * @throws DatasetException if the file cannot be read
   */
  List<double[]> read(Path file) {
    List<double[]> all = new ArrayList<>();
    try {
      List<String> text = TextLines.of(file);
      for (int i = 0; i < text.size(); i++) {
        if (!text.get(i).isEmpty()) {
          lines++;
          double[] numbers = numbers(text.get(i));
          if (count.test(numbers.length)) {
            all.add(numbers);
          } else {
            broken.add(
                "line %d of %s, \"%s\"%s"
                    .formatted(
                        i + 1,
                        file,
                        text.get(i),
                        numbers.length > 0
                            ? ""
                            : ", whose numbers cannot be read (decimals have a point)"));
          }
        }
      }
    } catch (IOException e) {
      throw new DatasetException("Cannot read " + file + ": " + FileProblem.explain(e), e);
    }
    return all;
  }

  /** Empty where something is no number. */
  private static double[] numbers(String line) {
    if (BLANK_ALONE.matcher(line).find() && COMMA_ALONE.matcher(line).find()) {
      // 0 0,5 0,5 0,1 0,1 has five numbers, not nine.
      return new double[0];
    }
    try {
      double[] numbers =
          Stream.of(line.split("[,\\s]+")).mapToDouble(Double::parseDouble).toArray();
      return DoubleStream.of(numbers).allMatch(Double::isFinite) ? numbers : new double[0];
    } catch (NumberFormatException noNumber) {
      return new double[0];
    }
  }

  /**
   * All text files of a folder, by their names without the ending; none where there is no folder.
   */
  static List<Path> files(Path folder) {
    if (!Files.isDirectory(folder)) {
      throw new DatasetException("There is no folder " + folder + " with text files of labels");
    }
    try (Stream<Path> files = Files.walk(folder)) {
      return files
          .filter(file -> file.toString().endsWith(".txt") && Files.isRegularFile(file))
          .sorted()
          .toList();
    } catch (IOException e) {
      throw new DatasetException("Cannot list " + folder + ": " + FileProblem.explain(e), e);
    }
  }
}
