package org.flsl.arbiter;

import java.io.IOException;
import java.io.Reader;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.apache.commons.csv.CSVFormat;
import org.apache.commons.csv.CSVParser;
import org.apache.commons.csv.CSVPrinter;
import org.apache.commons.csv.CSVRecord;
import org.flsl.arbiter.Outcome.Status;
import org.flsl.examples.command.UserError;
import org.flsl.training.checkpoint.AtomicFile;

/**
 * The file {@code results.csv}: a row for each candidate that was begun.
 *
 * <p>It is replaced as a whole with every change, so that it is right whenever the process is
 * killed; a resumed sweep goes on from it.
 */
public final class Outcomes {
  private static final List<String> COLUMNS =
      List.of("candidate", "status", "score", "seconds", "on the way", "reason");

  private final Path file;
  private final Map<Integer, Outcome> byIndex = new TreeMap<>();

  private Outcomes(Path file) {
    this.file = file;
  }

  /** Opens a file, whether there is one already or not. */
  public static Outcomes open(Path file) throws IOException {
    Outcomes outcomes = new Outcomes(file);
    if (Files.exists(file)) {
      CSVFormat format = CSVFormat.DEFAULT.builder().setHeader().setSkipHeaderRecord(true).build();
      try (Reader text = Files.newBufferedReader(file);
          CSVParser parser = format.parse(text)) {
        for (CSVRecord row : parser) {
          Outcome outcome = read(row, parser.getHeaderNames());
          outcomes.byIndex.put(outcome.index(), outcome);
        }
      } catch (IllegalArgumentException e) {
        throw new UserError(file + " is no list of results: " + e.getMessage(), e);
      }
    }
    return outcomes;
  }

  private static Outcome read(CSVRecord row, List<String> header) {
    Map<String, String> settings = new LinkedHashMap<>();
    for (String name : header.subList(COLUMNS.size(), header.size())) {
      if (!row.get(name).isEmpty()) {
        settings.put(name, row.get(name));
      }
    }
    Map<Integer, Double> onTheWay = new TreeMap<>();
    for (String point : row.get("on the way").split(" ")) {
      if (!point.isEmpty()) {
        String[] parts = point.split("%:");
        onTheWay.put(Integer.valueOf(parts[0]), Double.valueOf(parts[1]));
      }
    }
    String score = row.get("score");
    return new Outcome(
        Integer.parseInt(row.get("candidate")),
        new CandidateSettings(settings),
        Status.valueOf(row.get("status").toUpperCase(Locale.ROOT)),
        score.isEmpty() ? null : Double.valueOf(score),
        Double.parseDouble(row.get("seconds")),
        onTheWay,
        row.get("reason"));
  }

  /** What became of a candidate, if it was begun. */
  public synchronized Optional<Outcome> of(int index) {
    return Optional.ofNullable(byIndex.get(index));
  }

  /** All that were begun, by index. */
  public synchronized List<Outcome> all() {
    return List.copyOf(byIndex.values());
  }

  /** Writes down what became of a candidate. */
  public synchronized void put(Outcome outcome) throws IOException {
    byIndex.put(outcome.index(), outcome);
    AtomicFile.write(file, csv(byIndex.values()));
  }

  private static String csv(Collection<Outcome> outcomes) throws IOException {
    Set<String> names = new LinkedHashSet<>();
    outcomes.forEach(outcome -> names.addAll(outcome.settings().values().keySet()));
    List<String> header = new ArrayList<>(COLUMNS);
    header.addAll(names);
    StringWriter text = new StringWriter();
    CSVFormat format =
        CSVFormat.DEFAULT
            .builder()
            .setRecordSeparator('\n')
            .setHeader(header.toArray(String[]::new))
            .build();
    try (CSVPrinter printer = new CSVPrinter(text, format)) {
      for (Outcome outcome : outcomes) {
        List<Object> row = new ArrayList<>();
        row.add(outcome.index());
        row.add(outcome.status().name().toLowerCase(Locale.ROOT));
        row.add(outcome.score());
        row.add(Math.round(10 * outcome.seconds()) / 10.0);
        row.add(
            outcome.onTheWay().entrySet().stream()
                .map(point -> point.getKey() + "%:" + point.getValue())
                .collect(Collectors.joining(" ")));
        row.add(outcome.reason());
        names.forEach(name -> row.add(outcome.settings().get(name)));
        printer.printRecord(row);
      }
    }
    return text.toString();
  }
}
