package org.flsl.examples.report;

import java.io.IOException;
import java.io.Reader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.apache.commons.csv.CSVFormat;
import org.apache.commons.csv.CSVParser;
import org.apache.commons.csv.CSVRecord;

/**
 * A table of measures that {@code flsl eval} has left in the run folder: every file {@code
 * eval-*.csv}, whose first row names the columns.
 */
record ResultTable(String title, List<String> columns, List<List<String>> rows) {

  static List<ResultTable> of(Path run) throws IOException {
    List<Path> files;
    try (Stream<Path> all = Files.list(run)) {
      files =
          all.filter(file -> file.getFileName().toString().matches("eval-.*\\.csv"))
              .sorted()
              .toList();
    }
    List<ResultTable> tables = new ArrayList<>();
    for (Path file : files) {
      tables.add(read(file));
    }
    return tables;
  }

  private static ResultTable read(Path file) throws IOException {
    try (Reader text = Files.newBufferedReader(file);
        CSVParser parser = CSVFormat.DEFAULT.parse(text)) {
      List<List<String>> rows = parser.getRecords().stream().map(CSVRecord::toList).toList();
      String name = file.getFileName().toString();
      return new ResultTable(
          name.substring("eval-".length(), name.length() - ".csv".length()).replace('-', ' '),
          rows.isEmpty() ? List.of() : rows.get(0),
          rows.isEmpty() ? List.of() : rows.subList(1, rows.size()));
    }
  }
}
