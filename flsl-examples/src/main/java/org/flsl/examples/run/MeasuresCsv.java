package org.flsl.examples.run;

import java.io.IOException;
import java.io.Reader;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.commons.csv.CSVFormat;
import org.apache.commons.csv.CSVParser;
import org.apache.commons.csv.CSVPrinter;
import org.apache.commons.csv.CSVRecord;
import org.flsl.training.checkpoint.AtomicFile;

/**
 * The file {@code measures.csv}: one row for each value that was measured while a run trained.
 *
 * <p>It stands beside {@code metrics.csv}, since measures have a rhythm of their own, and a run
 * that is gone on with may be told others: one file of columns would be mostly empty fields.
 */
public final class MeasuresCsv {
  /** What {@code measure} is for values on images held out: the best state is chosen by them. */
  public static final String VALIDATION = "validation";

  /** What {@code measure} is for values on images that nothing was chosen by. */
  public static final String TEST = "test";

  private static final CSVFormat FORMAT =
      CSVFormat.DEFAULT
          .builder()
          .setRecordSeparator('\n')
          .setHeader("step", "epoch", "measure", "name", "value")
          .build();

  /** Between the name of a value and that of the part it is of. */
  private static final String OF = ": ";

  private final Path file;
  private final List<Row> rows;

  /**
   * A value.
   *
   * @param step steps taken before
   * @param epoch epochs completed before
   * @param measure that was asked for
   * @param name of the value, of which a measure can have several
   */
  public record Row(long step, int epoch, String measure, String name, double value) {}

  private MeasuresCsv(Path file, List<Row> rows) {
    this.file = file;
    this.rows = rows;
  }

  /** The name of a value of a part, such as a class. */
  public static String part(String value, String of) {
    return value + OF + of;
  }

  /** Whether a value is that of a part. */
  public static boolean isPart(Row row) {
    return row.name().contains(OF);
  }

  /** The parts of a measure after its last step, in their order, by their own names. */
  public static Map<String, Double> parts(List<Row> rows, String measure) {
    long last =
        rows.stream()
            .filter(row -> row.measure().equals(measure))
            .mapToLong(Row::step)
            .max()
            .orElse(0);
    Map<String, Double> parts = new LinkedHashMap<>();
    rows.stream()
        .filter(row -> row.measure().equals(measure) && row.step() == last && isPart(row))
        .forEach(
            row ->
                parts.put(row.name().substring(row.name().indexOf(OF) + OF.length()), row.value()));
    return parts;
  }

  /** Opens a file to go on with behind a step: what lies behind it is measured again. */
  public static MeasuresCsv open(Path file, long lastStep) throws IOException {
    List<Row> earlier = new ArrayList<>(read(file));
    earlier.removeIf(row -> row.step() > lastStep);
    return new MeasuresCsv(file, earlier);
  }

  /** Reads what a file holds; nothing, where nothing was measured. */
  public static List<Row> read(Path file) throws IOException {
    if (Files.notExists(file)) {
      return List.of();
    }
    try (Reader text = Files.newBufferedReader(file);
        CSVParser parser = FORMAT.builder().setSkipHeaderRecord(true).build().parse(text)) {
      return parser.stream().map(MeasuresCsv::row).toList();
    } catch (IllegalArgumentException e) {
      throw new IOException(file + " holds no measures of a run: " + e.getMessage(), e);
    }
  }

  /**
   * The first value that a measure had after each step, the decisive one; nothing where it is no
   * number, as a mean over no objects.
   */
  public static List<Row> decisive(List<Row> rows, String measure) {
    Map<Long, Row> first = new LinkedHashMap<>();
    rows.stream()
        .filter(row -> row.measure().equals(measure))
        .forEach(row -> first.putIfAbsent(row.step(), row));
    return first.values().stream().filter(row -> !Double.isNaN(row.value())).toList();
  }

  /** The validation at its best, the earliest of equals. */
  public static Optional<Row> best(List<Row> rows) {
    return decisive(rows, VALIDATION).stream()
        .reduce((best, next) -> next.value() > best.value() ? next : best);
  }

  /** What the result of the whole training came to on images that nothing was chosen by. */
  public static Optional<Row> tested(List<Row> rows) {
    return decisive(rows, TEST).stream().reduce((before, last) -> last);
  }

  private static Row row(CSVRecord record) {
    return new Row(
        Long.parseLong(record.get("step")),
        Integer.parseInt(record.get("epoch")),
        record.get("measure"),
        record.get("name"),
        Double.parseDouble(record.get("value")));
  }

  /** Whether a measure was taken after this step. */
  public boolean holds(String measure, long step) {
    return rows.stream().anyMatch(row -> row.measure().equals(measure) && row.step() == step);
  }

  /** What was found, in the order of the steps. */
  public List<Row> rows() {
    return List.copyOf(rows);
  }

  /** Writes values down. */
  public void add(List<Row> more) throws IOException {
    rows.addAll(more);
    StringWriter text = new StringWriter();
    try (CSVPrinter printer = new CSVPrinter(text, FORMAT)) {
      for (Row row : rows) {
        printer.printRecord(row.step(), row.epoch(), row.measure(), row.name(), row.value());
      }
    }
    byte[] bytes = text.toString().getBytes(StandardCharsets.UTF_8);
    AtomicFile.write(file, out -> out.write(bytes));
  }
}
