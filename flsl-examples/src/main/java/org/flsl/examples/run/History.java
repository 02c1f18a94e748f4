package org.flsl.examples.run;

import java.io.IOException;
import java.io.Reader;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.apache.commons.csv.CSVFormat;
import org.apache.commons.csv.CSVParser;
import org.apache.commons.csv.CSVPrinter;
import org.apache.commons.csv.CSVRecord;
import org.flsl.training.checkpoint.AtomicFile;

/**
 * The file {@code history.csv}: what happened to a run, one row for each event.
 *
 * <p>It remembers what the other files of a run folder cannot tell when some of them are taken
 * away.
 */
public final class History {
  private static final CSVFormat FORMAT =
      CSVFormat.DEFAULT
          .builder()
          .setRecordSeparator('\n')
          .setHeader("time", "step", "event", "detail")
          .build();

  /** What can happen. */
  public enum Event {
    BEGUN,
    /** The first checkpoint was written. */
    SAVED,
    RESUMED,
    /** A resumed run was told something else than before; the detail says what. */
    CHANGED,
    FINISHED,
    /** Whoever wanted the run does not want it any more; the detail says why. */
    GIVEN_UP;

    private String written() {
      return name().toLowerCase(Locale.ROOT).replace('_', ' ');
    }
  }

  /**
   * An event.
   *
   * @param step steps taken before
   * @param detail empty where there is nothing more to say
   */
  public record Entry(String time, long step, String event, String detail) {
    boolean is(Event kind) {
      return event.equals(kind.written());
    }
  }

  private final Path file;
  private final List<Entry> entries;

  private History(Path file, List<Entry> entries) {
    this.file = file;
    this.entries = entries;
  }

  /** The history of the run in a folder; empty before it begins. */
  public static History of(Path run) throws IOException {
    Path file = run.resolve("history.csv");
    List<Entry> entries = new ArrayList<>();
    if (Files.exists(file)) {
      try (Reader text = Files.newBufferedReader(file);
          CSVParser parser = FORMAT.builder().setSkipHeaderRecord(true).build().parse(text)) {
        for (CSVRecord row : parser) {
          entries.add(
              new Entry(
                  row.get("time"),
                  Long.parseLong(row.get("step")),
                  row.get("event"),
                  row.get("detail")));
        }
      } catch (IllegalArgumentException e) {
        throw new IOException(file + " is no history of a run: " + e.getMessage(), e);
      }
    }
    return new History(file, entries);
  }

  /** Writes an event down. */
  public void add(long step, Event event, String detail) throws IOException {
    String now = Instant.now().truncatedTo(ChronoUnit.SECONDS).toString();
    entries.add(new Entry(now, step, event.written(), detail));
    StringWriter text = new StringWriter();
    try (CSVPrinter printer = new CSVPrinter(text, FORMAT)) {
      for (Entry entry : entries) {
        printer.printRecord(entry.time(), entry.step(), entry.event(), entry.detail());
      }
    }
    AtomicFile.write(file, text.toString());
  }

  /** The events of a kind, in their order. */
  public List<Entry> of(Event event) {
    return entries.stream().filter(entry -> entry.is(event)).toList();
  }

  boolean isEmpty() {
    return entries.isEmpty();
  }
}
