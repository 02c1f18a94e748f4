package org.flsl.examples.eval;

import java.nio.file.Path;
import java.util.List;
import org.flsl.evaluation.Benchmark;
import org.flsl.evaluation.Candidate;
import org.flsl.evaluation.Measure;
import org.flsl.evaluation.Measured;
import org.flsl.evaluation.MeasuredImages;
import org.flsl.evaluation.data.ReadableImages;
import org.flsl.examples.command.Surroundings;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code flsl eval NAME}: a measure of the class path, as sweeps and trainings use it. */
@Command(sortOptions = false, showDefaultValues = true)
final class EvalMeasure extends Measurement {
  private final Measure measure;

  @Mixin private EvaluatedNetwork model;

  @Option(
      names = "--images",
      required = true,
      paramLabel = "FOLDER",
      description = "What to measure on.")
  private Path images;

  @Option(
      names = "--ignore",
      split = ",",
      paramLabel = "LABEL",
      description = "Labels of masks that do not count; none: all do.",
      defaultValue = "255")
  private List<String> ignored;

  private EvalMeasure(Surroundings surroundings, Measure measure) {
    super(surroundings);
    this.measure = measure;
  }

  static CommandLine commandLine(Surroundings surroundings, Measure measure) {
    CommandLine line = new CommandLine(new EvalMeasure(surroundings, measure));
    line.getCommandSpec()
        .name(measure.name())
        .usageMessage()
        .description(measure.summary().replace("%", "%%"));
    return line;
  }

  @Override
  List<Measured> measure() {
    ReadableImages readable = model.readable();
    Benchmark benchmark =
        measure.on(new MeasuredImages(images, IgnoredLabels.of(ignored), readable));
    tell(readable);
    terminal().plain("%s on %s, %s".formatted(model.file(), images, measure.name()));
    return all(Candidate.withBaselines(model.features(), model.views()), benchmark);
  }
}
