package org.flsl.examples.eval;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.flsl.evaluation.Measured;

/** A table with a row for each measure and a column for each kind of features. */
final class ResultsTable {
  private ResultsTable() {}

  /** The lines: mean, and the spread over the seeds. */
  static List<String> of(List<Measured> results) {
    List<String> columns = results.stream().map(Measured::features).distinct().toList();
    Map<String, Map<String, Measured>> rows = new LinkedHashMap<>();
    for (Measured result : results) {
      rows.computeIfAbsent(result.measure(), m -> new LinkedHashMap<>())
          .put(result.features(), result);
    }
    List<List<String>> cells = new ArrayList<>();
    cells.add(Stream.concat(Stream.of(""), columns.stream()).toList());
    rows.forEach(
        (measure, row) ->
            cells.add(
                Stream.concat(
                        Stream.of(measure), columns.stream().map(column -> text(row.get(column))))
                    .toList()));
    return aligned(cells);
  }

  private static String text(Measured value) {
    if (value == null) {
      return "";
    }
    return value.values().size() == 1
        ? "%.4f".formatted(value.mean())
        : "%.4f ± %.4f".formatted(value.mean(), value.spread());
  }

  private static List<String> aligned(List<List<String>> cells) {
    int[] widths = new int[cells.get(0).size()];
    for (List<String> row : cells) {
      for (int i = 0; i < widths.length; i++) {
        widths[i] = Math.max(widths[i], row.get(i).length());
      }
    }
    List<String> lines = new ArrayList<>();
    for (List<String> row : cells) {
      StringBuilder line = new StringBuilder();
      for (int i = 0; i < widths.length; i++) {
        line.append(("%-" + (widths[i] + 2) + "s").formatted(row.get(i)));
      }
      lines.add(line.toString().stripTrailing());
    }
    return lines;
  }
}
