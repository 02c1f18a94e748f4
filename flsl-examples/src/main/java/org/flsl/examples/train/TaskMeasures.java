package org.flsl.examples.train;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.flsl.examples.run.MeasuresCsv;
import org.flsl.examples.run.MeasuresCsv.Row;
import org.flsl.examples.run.RunFiles;

/** What a training with labels has measured, in the words that its user reads. */
final class TaskMeasures {
  /** That are told in a line. */
  private static final int CLASSES = 12;

  private final Path file;
  private final List<Row> rows;

  private TaskMeasures(Path file, List<Row> rows) {
    this.file = file;
    this.rows = rows;
  }

  /** Those of a run. */
  static TaskMeasures of(RunFiles files) throws IOException {
    return new TaskMeasures(files.measures(), MeasuresCsv.read(files.measures()));
  }

  /** The decisive value of the validation at its best. */
  Optional<String> best() {
    return MeasuresCsv.best(rows).map(row -> value(row) + " after epoch " + row.epoch());
  }

  /** The decisive value on images that nothing was chosen by. */
  Optional<String> tested() {
    return MeasuresCsv.tested(rows).map(TaskMeasures::value);
  }

  /** The test of the classes that are told in a line. */
  String ofClasses() {
    Map<String, Double> classes = MeasuresCsv.parts(rows, MeasuresCsv.TEST);
    String some =
        classes.entrySet().stream()
            .limit(CLASSES)
            .map(each -> "%s %.4f".formatted(each.getKey(), each.getValue()))
            .collect(Collectors.joining(", "));
    int more = classes.size() - CLASSES;
    return more > 0 ? some + ", %d more in %s".formatted(more, file) : some;
  }

  /** What was measured on the way. */
  List<Row> course() {
    return rows.stream().filter(row -> !row.measure().equals(MeasuresCsv.TEST)).toList();
  }

  private static String value(Row row) {
    return "%s %.4f".formatted(row.name(), row.value());
  }
}
