package org.flsl.examples.command;

import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** Rows of text, the cells of a column below one another, two blanks between columns. */
public enum AlignedTable {
  /** Cells stand at the left of their columns: words. */
  LEFT("%-"),
  /** Cells stand at the right of their columns, except those of the last: numbers, and a remark. */
  RIGHT("%");

  private final String format;

  AlignedTable(String format) {
    this.format = format;
  }

  /**
   * The lines.
   *
   * @param rows of equally many cells
   */
  public List<String> lines(List<List<String>> rows) {
    int last = rows.get(0).size() - 1;
    String formats =
        IntStream.range(0, last)
                .map(i -> rows.stream().mapToInt(row -> row.get(i).length()).max().orElse(0))
                .mapToObj(width -> width == 0 ? "%s" : format + width + "s")
                .collect(Collectors.joining("  "))
            + "  %s";
    return rows.stream().map(row -> formats.formatted(row.toArray()).stripTrailing()).toList();
  }
}
