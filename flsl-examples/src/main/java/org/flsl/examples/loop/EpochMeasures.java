package org.flsl.examples.loop;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.flsl.evaluation.Benchmark;
import org.flsl.evaluation.Measure;
import org.flsl.evaluation.MeasuredImages;
import org.flsl.evaluation.data.ReadableImages;
import org.flsl.examples.command.Problems;
import org.flsl.examples.command.Terminal;
import org.flsl.examples.command.UserError;
import org.flsl.examples.run.MeasuresCsv;
import org.flsl.examples.run.RunFiles;
import org.flsl.examples.run.RunSettings;
import org.flsl.examples.settings.Config;
import org.flsl.views.decode.ImageDecoder;

/**
 * Measures what is trained before its first epoch, every so many epochs and after the last, and
 * writes down what was found; validates it at the same times, but for the first.
 *
 * <p>An epoch is measured before its state is saved: whatever state a run is gone on from, it was
 * measured before, or is measured again.
 */
final class EpochMeasures {
  private final Map<Measure, Benchmark> benchmarks = new LinkedHashMap<>();
  private final int every;
  private final boolean validates;
  private final Terminal terminal;
  private MeasuresCsv file;

  private EpochMeasures(int every, boolean validates, Terminal terminal) {
    this.every = every;
    this.validates = validates;
    this.terminal = terminal;
  }

  /**
   * Reads what will be measured on.
   *
   * @param images that are trained on
   * @throws UserError where they are not what a measure needs
   */
  static EpochMeasures of(Config config, Path images, Training training, Terminal terminal) {
    int every = config.has(RunSettings.MEASURE_EVERY) ? config.get(RunSettings.MEASURE_EVERY) : 1;
    EpochMeasures measures = new EpochMeasures(every, training.validates(), terminal);
    if (!config.has(RunSettings.MEASURE) || config.get(RunSettings.MEASURE) == null) {
      return measures;
    }
    ReadableImages readable =
        new ReadableImages(new ImageDecoder(Integer.MAX_VALUE, training.channels()));
    MeasuredImages measured =
        new MeasuredImages(
            config.get(RunSettings.MEASURE_IMAGES, images),
            Set.copyOf(config.get(RunSettings.MEASURE_IGNORED)),
            readable);
    for (Measure measure : config.get(RunSettings.MEASURE)) {
      try {
        measures.benchmarks.put(measure, measure.on(measured));
      } catch (IllegalArgumentException e) {
        throw new UserError("--measure %s: %s".formatted(measure, e.getMessage()), e);
      }
    }
    readable
        .problems()
        .forEach(problem -> terminal.warn(problem + "; it is left out of the measures"));
    return measures;
  }

  /** Goes on with the file of a run behind a step. */
  void open(RunFiles run, long step) throws IOException {
    file = MeasuresCsv.open(run.measures(), step);
  }

  /** Measures, where it is time to and not done. */
  void take(Training training, Plan plan) {
    long step = training.step();
    int epoch = plan.epoch(step);
    if (epoch % every == 0 || step == plan.steps()) {
      if (validates && epoch > 0) {
        take(
            MeasuresCsv.VALIDATION,
            training,
            epoch,
            () -> List.copyOf(training.validated().entrySet()));
      }
      benchmarks.forEach(
          (measure, benchmark) ->
              take(
                  measure.name(),
                  training,
                  epoch,
                  () ->
                      training.measured(benchmark).stream()
                          .map(value -> Map.entry(value.measure(), value.mean()))
                          .toList()));
    }
  }

  /** Tests the result of a training that came to its end, where that is not done. */
  void test(Training training, Plan plan, Path result) {
    int epoch = plan.epoch(training.step());
    take(MeasuresCsv.TEST, training, epoch, () -> List.copyOf(training.tested(result).entrySet()));
  }

  /** What fails is no reason to lose the training. */
  private void take(
      String measure,
      Training training,
      int epoch,
      Supplier<List<Map.Entry<String, Double>>> values) {
    if (file.holds(measure, training.step())) {
      return;
    }
    try {
      List<MeasuresCsv.Row> found =
          values.get().stream()
              .map(
                  value ->
                      new MeasuresCsv.Row(
                          training.step(), epoch, measure, value.getKey(), value.getValue()))
              .toList();
      if (found.isEmpty()) {
        return;
      }
      file.add(found);
      terminal.plain(
          "after epoch %d  %s: %s"
              .formatted(
                  epoch,
                  measure,
                  found.stream()
                      .filter(row -> !MeasuresCsv.isPart(row))
                      .map(row -> "%s %.4f".formatted(row.name(), row.value()))
                      .collect(Collectors.joining("  "))));
    } catch (IOException | RuntimeException | OutOfMemoryError e) {
      terminal.warn(
          "cannot measure %s after epoch %d: %s; the training goes on"
              .formatted(measure, epoch, Problems.firstLine(e)));
    }
  }

  /** Whether validation tells which state is the best. */
  boolean validates() {
    return validates;
  }

  /** The decisive value of the validation after a step; NaN where there was none. */
  double validated(long step) {
    return decisive().stream()
        .filter(row -> row.step() == step)
        .mapToDouble(MeasuresCsv.Row::value)
        .findFirst()
        .orElse(Double.NaN);
  }

  /** Whether so many epochs have passed since the validation was at its best. */
  boolean isStuckFor(int epochs) {
    List<MeasuresCsv.Row> rows = decisive();
    if (rows.isEmpty()) {
      return false;
    }
    int last = rows.get(rows.size() - 1).epoch();
    int best = rows.stream().max(Comparator.comparingDouble(MeasuresCsv.Row::value)).get().epoch();
    return last - best >= epochs;
  }

  private List<MeasuresCsv.Row> decisive() {
    return MeasuresCsv.decisive(file.rows(), MeasuresCsv.VALIDATION);
  }
}
