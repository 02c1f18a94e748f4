package org.flsl.examples.eval;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.flsl.evaluation.Measured;
import org.flsl.examples.command.AlignedTable;

/** A table with a row for each measure and a column for each kind of features. */
public final class ResultsTable {
  private ResultsTable() {}

  /** The lines: mean, and the spread over the seeds. */
  public static List<String> of(List<Measured> results) {
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
    return AlignedTable.LEFT.lines(cells);
  }

  private static String text(Measured value) {
    if (value == null) {
      return "";
    }
    return value.values().size() == 1
        ? "%.4f".formatted(value.mean())
        : "%.4f ± %.4f".formatted(value.mean(), value.spread());
  }
}
