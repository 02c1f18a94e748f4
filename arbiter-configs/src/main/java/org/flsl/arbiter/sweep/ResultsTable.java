package org.flsl.arbiter.sweep;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;
import org.flsl.arbiter.Outcome;
import org.flsl.arbiter.Outcome.Status;
import org.flsl.examples.command.AlignedTable;

/** Outcomes as plain text, best first; those that were stopped or failed at the end. */
final class ResultsTable {
  private final List<List<String>> rows = new ArrayList<>();

  ResultsTable(List<Outcome> outcomes) {
    Set<String> settings = new LinkedHashSet<>();
    outcomes.forEach(outcome -> settings.addAll(outcome.settings().values().keySet()));
    List<String> title = new ArrayList<>(List.of("candidate", "score", "seconds"));
    title.addAll(settings);
    title.add("");
    rows.add(title);
    for (Outcome outcome : sorted(outcomes)) {
      List<String> row = new ArrayList<>();
      row.add(String.valueOf(outcome.index()));
      row.add(outcome.score() == null ? "-" : "%.4f".formatted(outcome.score()));
      row.add("%.0f".formatted(outcome.seconds()));
      for (String setting : settings) {
        String value = outcome.settings().get(setting);
        row.add(value == null ? "-" : value);
      }
      row.add(remark(outcome));
      rows.add(row);
    }
  }

  /** Best first; then those whose score does not count. */
  static List<Outcome> sorted(List<Outcome> outcomes) {
    return outcomes.stream()
        .sorted(
            Comparator.comparing(Outcome::status)
                .thenComparing(
                    outcome -> outcome.score() == null ? 0 : -outcome.score(),
                    Comparator.naturalOrder())
                .thenComparing(Outcome::index))
        .toList();
  }

  private static String remark(Outcome outcome) {
    if (outcome.status() == Status.DONE) {
      return "";
    }
    String status = outcome.status().name().toLowerCase(Locale.ROOT);
    return outcome.reason().isEmpty() ? status : status + ": " + outcome.reason();
  }

  @Override
  public String toString() {
    return AlignedTable.RIGHT.lines(rows).stream()
        .map(line -> line + System.lineSeparator())
        .collect(Collectors.joining());
  }
}
