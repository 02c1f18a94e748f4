package org.flsl.examples.loop;

import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
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
 * writes down what was found.
 *
 * <p>An epoch is measured before its state is saved: whatever state a run is gone on from, it was
 * measured before, or is measured again.
 */
final class EpochMeasures {
  private final Map<Measure, Benchmark> benchmarks = new LinkedHashMap<>();
  private final int every;
  private final Terminal terminal;
  private MeasuresCsv file;

  private EpochMeasures(int every, Terminal terminal) {
    this.every = every;
    this.terminal = terminal;
  }

  /**
   * Reads what will be measured on.
   *
   * @param images that are trained on
   * @throws UserError where they are not what a measure needs
   */
  static EpochMeasures of(Config config, Path images, Training training, Terminal terminal) {
    if (!config.has(RunSettings.MEASURE) || config.get(RunSettings.MEASURE) == null) {
      return new EpochMeasures(1, terminal);
    }
    EpochMeasures measures = new EpochMeasures(config.get(RunSettings.MEASURE_EVERY), terminal);
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
    if (!benchmarks.isEmpty()) {
      file = MeasuresCsv.open(run.measures(), step);
    }
  }

  /** Measures, where it is time to and not done. */
  void take(Training training, Plan plan) {
    long step = training.step();
    int epoch = plan.epoch(step);
    if (epoch % every == 0 || step == plan.steps()) {
      benchmarks.forEach(
          (measure, benchmark) -> {
            if (!file.holds(measure.name(), step)) {
              take(measure, benchmark, training, epoch);
            }
          });
    }
  }

  /** What fails is no reason to lose the training. */
  private void take(Measure measure, Benchmark benchmark, Training training, int epoch) {
    try {
      List<MeasuresCsv.Row> found =
          training.measured(benchmark).stream()
              .map(
                  value ->
                      new MeasuresCsv.Row(
                          training.step(), epoch, measure.name(), value.measure(), value.mean()))
              .toList();
      file.add(found);
      terminal.plain(
          "after epoch %d  %s: %s"
              .formatted(
                  epoch,
                  measure,
                  found.stream()
                      .map(row -> "%s %.4f".formatted(row.name(), row.value()))
                      .collect(Collectors.joining("  "))));
    } catch (IOException | RuntimeException | OutOfMemoryError e) {
      terminal.warn(
          "cannot measure %s after epoch %d: %s; the training goes on"
              .formatted(measure, epoch, Problems.firstLine(e)));
    }
  }
}
