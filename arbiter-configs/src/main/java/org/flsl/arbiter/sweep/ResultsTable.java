package org.flsl.arbiter.sweep;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.flsl.arbiter.Outcome;
import org.flsl.arbiter.Outcome.Status;

/** Outcomes as plain text, best first; those that were stopped or failed at the end. */
final class ResultsTable {
  private static final String GAP = "  ";

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
    int columns = rows.get(0).size();
    int[] widths = new int[columns];
    for (List<String> row : rows) {
      for (int i = 0; i < columns; i++) {
        widths[i] = Math.max(widths[i], row.get(i).length());
      }
    }
    StringBuilder text = new StringBuilder();
    for (List<String> row : rows) {
      StringBuilder line = new StringBuilder();
      for (int i = 0; i < columns - 1; i++) {
        line.append(" ".repeat(widths[i] - row.get(i).length())).append(row.get(i)).append(GAP);
      }
      text.append((line + row.get(columns - 1)).stripTrailing()).append(System.lineSeparator());
    }
    return text.toString();
  }
}
