package org.flsl.examples.pretrain;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.flsl.examples.loop.EpochMean;
import org.flsl.examples.loop.Pace;
import org.flsl.examples.loop.Plan;
import org.flsl.examples.run.History;
import org.flsl.examples.run.History.Event;
import org.flsl.examples.run.MetricsCsv;
import org.flsl.examples.run.MetricsCsv.Row;
import org.flsl.examples.run.RunFiles;
import org.flsl.examples.run.Terms;

/** What came out of a run, in plain text. */
final class Summary {
  private Summary() {}

  static String of(Plan plan, RunFiles run, History history, int unreadableImages)
      throws IOException {
    List<Row> rows = MetricsCsv.read(run.metrics(), run.kind().columns());
    List<Terms> epochs = epochs(rows, plan);
    double seconds = rows.get(rows.size() - 1).seconds();
    List<String> lines = new ArrayList<>();
    lines.add("");
    lines.add("first epoch %s".formatted(epochs.get(0)));
    lines.add("last epoch  %s".formatted(epochs.get(epochs.size() - 1)));
    lines.add(
        "took        %s, %.1f images/s"
            .formatted(
                Pace.words(Duration.ofSeconds(Math.round(seconds))),
                rows.size() * plan.batch() / seconds));
    if (unreadableImages > 0) {
      lines.add("left out    images that cannot be read: %d".formatted(unreadableImages));
    }
    for (History.Entry change : history.of(Event.CHANGED)) {
      lines.add("changed     after step %d: %s".formatted(change.step(), change.detail()));
    }
    lines.add("");
    lines.add(
        "%s  the pretrained backbone (the teacher's), a DL4J model:"
            .formatted(run.shown(run.result())));
    lines.add(
        "  ComputationGraph backbone = ModelSerializer.restoreComputationGraph(\"%s\");"
            .formatted(run.shown(run.result())));
    lines.add("%s  every step's figures".formatted(run.shown(run.metrics())));
    return String.join(System.lineSeparator(), lines) + System.lineSeparator();
  }

  private static List<Terms> epochs(List<Row> rows, Plan plan) {
    List<Terms> means = new ArrayList<>();
    EpochMean mean = new EpochMean();
    for (Row row : rows) {
      mean.add(row.terms());
      if (plan.endsEpoch(row.step())) {
        means.add(mean.take());
      }
    }
    return means;
  }
}
