package org.flsl.examples.pytorch;

import java.io.IOException;
import java.io.Reader;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Properties;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.flsl.examples.benchmark.Timing;

/**
 * What one process measured.
 *
 * @param timing of single runs
 * @param losses of the first runs, warm-up included
 * @param peakMemory of the process in bytes
 * @param gflops best rate of matrix products; 0 where they were not the work
 * @param library what computed
 */
record Outcome(Timing timing, List<Double> losses, long peakMemory, double gflops, String library) {

  void write(Path file) throws IOException {
    Properties values = new Properties();
    values.setProperty("seconds", text(timing.seconds()));
    values.setProperty("losses", text(losses));
    values.setProperty("peakMemory", String.valueOf(peakMemory));
    values.setProperty("gflops", String.valueOf(gflops));
    values.setProperty("library", library);
    try (Writer out = Files.newBufferedWriter(file)) {
      values.store(out, null);
    }
  }

  static Outcome read(Path file) throws IOException {
    Properties values = new Properties();
    try (Reader in = Files.newBufferedReader(file)) {
      values.load(in);
    }
    return new Outcome(
        new Timing(numbers(values.getProperty("seconds"))),
        numbers(values.getProperty("losses")),
        Long.parseLong(values.getProperty("peakMemory")),
        Double.parseDouble(values.getProperty("gflops")),
        values.getProperty("library"));
  }

  private static String text(List<Double> numbers) {
    return numbers.stream().map(String::valueOf).collect(Collectors.joining(","));
  }

  private static List<Double> numbers(String text) {
    return text.isEmpty() ? List.of() : Stream.of(text.split(",")).map(Double::valueOf).toList();
  }
}
