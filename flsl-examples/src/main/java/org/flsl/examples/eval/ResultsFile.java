package org.flsl.examples.eval;

import java.io.IOException;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.apache.commons.csv.CSVFormat;
import org.apache.commons.csv.CSVPrinter;
import org.flsl.evaluation.Measured;
import org.flsl.training.checkpoint.AtomicFile;
import org.nd4j.shade.jackson.databind.ObjectMapper;
import org.nd4j.shade.jackson.databind.node.ArrayNode;
import org.nd4j.shade.jackson.databind.node.ObjectNode;

/** Writes results for other programs: every value, by measure, features and seed. */
public final class ResultsFile {
  private ResultsFile() {}

  /** The formats, by the ending of a file's name. */
  enum Format {
    CSV,
    JSON
  }

  static Optional<Format> format(Path file) {
    String name = file.toString().toUpperCase(Locale.ROOT);
    for (Format format : Format.values()) {
      if (name.endsWith("." + format)) {
        return Optional.of(format);
      }
    }
    return Optional.empty();
  }

  /** Writes a file in the format that its name tells. */
  public static void write(Path file, List<Measured> results) throws IOException {
    String text = format(file).orElseThrow() == Format.CSV ? csv(results) : json(results);
    AtomicFile.write(file, out -> out.write(text.getBytes(StandardCharsets.UTF_8)));
  }

  private static String csv(List<Measured> results) throws IOException {
    StringWriter text = new StringWriter();
    CSVFormat format =
        CSVFormat.DEFAULT
            .builder()
            .setRecordSeparator('\n')
            .setHeader("measure", "features", "seed", "value")
            .build();
    try (CSVPrinter printer = new CSVPrinter(text, format)) {
      for (Measured result : results) {
        for (int i = 0; i < result.values().size(); i++) {
          printer.printRecord(result.measure(), result.features(), i + 1, result.values().get(i));
        }
      }
    }
    return text.toString();
  }

  private static String json(List<Measured> results) throws IOException {
    ObjectMapper mapper = new ObjectMapper();
    ArrayNode list = mapper.createArrayNode();
    for (Measured result : results) {
      ObjectNode entry = list.addObject();
      entry.put("measure", result.measure());
      entry.put("features", result.features());
      entry.put("mean", result.mean());
      entry.put("spread", result.spread());
      ArrayNode values = entry.putArray("values");
      result.values().forEach(values::add);
    }
    return mapper.writerWithDefaultPrettyPrinter().writeValueAsString(list) + "\n";
  }
}
