package org.flsl.examples.run;

import java.io.IOException;
import java.io.Reader;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.commons.csv.CSVFormat;
import org.apache.commons.csv.CSVParser;
import org.apache.commons.csv.CSVPrinter;
import org.apache.commons.csv.CSVRecord;
import org.flsl.examples.command.UserError;
import org.flsl.training.checkpoint.AtomicFile;

/**
 * The file {@code metrics.csv}: one row per training step, each step once however often the run was
 * killed and resumed.
 */
public final class MetricsCsv implements AutoCloseable {
  private static final CSVFormat FORMAT =
      CSVFormat.DEFAULT.builder().setRecordSeparator('\n').build();

  /** Without them a run cannot be counted on. */
  private static final List<String> NEEDED = List.of("step", "total", "seconds");

  private final FileChannel channel;
  private final MetricColumns columns;
  private final StringBuilder waiting = new StringBuilder();
  private final List<Row> earlier;
  private final int foreign;

  /** What is read back of a row: enough to go on counting. */
  public record Row(long step, Terms terms, double seconds) {}

  private MetricsCsv(FileChannel channel, MetricColumns columns, List<Row> earlier, int foreign) {
    this.channel = channel;
    this.columns = columns;
    this.earlier = earlier;
    this.foreign = foreign;
  }

  /** Reads what a file holds. */
  public static List<Row> read(Path file, MetricColumns columns) throws IOException {
    return rows(records(file, columns, Long.MAX_VALUE), columns);
  }

  /**
   * Reads the numbers of every column, by its name; NaN where a file of another version has none.
   */
  public static Map<String, double[]> columns(Path file, MetricColumns columns) throws IOException {
    List<CSVRecord> records = records(file, columns, Long.MAX_VALUE);
    Map<String, double[]> numbers = new LinkedHashMap<>();
    for (String name : columns.all()) {
      numbers.put(name, records.stream().mapToDouble(record -> number(record, name)).toArray());
    }
    return numbers;
  }

  /**
   * Opens a file to append to, and cuts off what lies after a step: those steps are trained again.
   *
   * <p>Columns are known by their names. A file of another version keeps those that this one does
   * not know, and has empty fields where the other wrote nothing.
   */
  public static MetricsCsv open(Path file, MetricColumns columns, long lastStep)
      throws IOException {
    List<CSVRecord> earlier = Files.exists(file) ? records(file, columns, lastStep) : List.of();
    Set<String> names = new LinkedHashSet<>(columns.all());
    int known = names.size();
    earlier.stream().limit(1).forEach(row -> names.addAll(row.getParser().getHeaderNames()));
    StringWriter kept = new StringWriter();
    try (CSVPrinter printer = new CSVPrinter(kept, FORMAT)) {
      printer.printRecord(names);
      for (CSVRecord row : earlier) {
        printer.printRecord(names.stream().map(name -> field(row, name)));
      }
    }
    AtomicFile.write(file, kept.toString());
    return new MetricsCsv(
        FileChannel.open(file, StandardOpenOption.APPEND),
        columns,
        rows(earlier, columns),
        names.size() - known);
  }

  private static List<CSVRecord> records(Path file, MetricColumns columns, long lastStep)
      throws IOException {
    List<CSVRecord> records = new ArrayList<>();
    CSVFormat reading = FORMAT.builder().setHeader().setSkipHeaderRecord(true).build();
    try (Reader text = Files.newBufferedReader(file);
        CSVParser parser = reading.parse(text)) {
      requireColumns(file, columns, parser.getHeaderNames());
      for (CSVRecord record : parser) {
        // A kill can leave half a row behind, at the end.
        if (!record.isConsistent() || Long.parseLong(record.get("step")) > lastStep) {
          break;
        }
        records.add(record);
      }
    } catch (UncheckedIOException e) {
      throw e.getCause();
    }
    return records;
  }

  private static List<Row> rows(List<CSVRecord> records, MetricColumns columns) {
    return records.stream()
        .map(
            record ->
                new Row(
                    Long.parseLong(record.get("step")),
                    terms(record, columns),
                    number(record, "seconds")))
        .toList();
  }

  private static Terms terms(CSVRecord record, MetricColumns columns) {
    Map<String, Double> each = new LinkedHashMap<>();
    columns.terms().stream()
        .filter(term -> !field(record, term).isEmpty())
        .forEach(term -> each.put(term, number(record, term)));
    return new Terms(number(record, "total"), each);
  }

  private static void requireColumns(Path file, MetricColumns columns, List<String> found) {
    List<String> missing = NEEDED.stream().filter(name -> !found.contains(name)).toList();
    if (!found.isEmpty() && !missing.isEmpty()) {
      throw new UserError(
          "%s has no column %s: its first line has to name the columns, as %s"
              .formatted(file, missing.get(0), String.join(",", columns.all())));
    }
  }

  private static double number(CSVRecord record, String column) {
    String field = field(record, column);
    return field.isEmpty() ? Double.NaN : Double.parseDouble(field);
  }

  private static String field(CSVRecord record, String column) {
    return record.isMapped(column) ? record.get(column) : "";
  }

  /** The rows that were there when the file was opened. */
  public List<Row> earlier() {
    return earlier;
  }

  /**
   * Appends a row.
   *
   * @param seconds of training so far, over all processes that worked on the run
   * @throws IOException where the disk takes no more; the row is kept and written with the next one
   */
  public void append(long step, int epoch, StepFigures told, double seconds) throws IOException {
    List<Object> row = new ArrayList<>(List.of(step, epoch, told.terms().total()));
    columns.terms().forEach(term -> row.add(told.terms().each().get(term)));
    columns.figures().forEach(figure -> row.add(told.figures().get(figure)));
    row.add(Math.round(seconds * 1000) / 1000.0);
    row.addAll(Collections.nCopies(foreign, ""));
    FORMAT.printRecord(waiting, row.toArray());
    write();
  }

  private void write() throws IOException {
    long whole = channel.size();
    ByteBuffer bytes = ByteBuffer.wrap(waiting.toString().getBytes(StandardCharsets.UTF_8));
    try {
      while (bytes.hasRemaining()) {
        channel.write(bytes);
      }
    } catch (IOException e) {
      channel.truncate(whole);
      throw e;
    }
    waiting.setLength(0);
  }

  @Override
  public void close() throws IOException {
    channel.close();
  }
}
