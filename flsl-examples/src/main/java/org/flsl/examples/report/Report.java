package org.flsl.examples.report;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.flsl.examples.command.ShellCommand;
import org.flsl.examples.pretrain.RunPages;
import org.flsl.examples.pretrain.RunResult;
import org.flsl.views.decode.FileProblem;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Makes the page of a run. */
public final class Report implements RunPages {
  private static final Logger LOG = LoggerFactory.getLogger(Report.class);

  @Override
  public String report(RunResult run) throws IOException {
    return html(run, pictures(run), false);
  }

  @Override
  public Supplier<String> live(RunResult run) {
    return new LiveReport(this, run);
  }

  /**
   * The pictures of a run; none, and a warning, where they cannot be drawn. Large photos can be too
   * much for the memory that the training leaves, which is no reason to lose the page.
   */
  List<PhotoPanel> pictures(RunResult run) {
    try {
      return PhotoPanels.of(run);
    } catch (IOException | RuntimeException | OutOfMemoryError e) {
      LOG.warn("the report has no pictures: {}", FileProblem.explain(e));
      LOG.debug("", e);
      return List.of();
    }
  }

  /**
   * Fills the template.
   *
   * @param live whether the page is to fetch itself anew while it is looked at
   */
  String html(RunResult run, List<PhotoPanel> panels, boolean live) throws IOException {
    Map<String, double[]> metrics = run.metrics();
    Page page =
        new Page(
            String.valueOf(run.folder().getFileName()),
            "FLSL pretraining",
            ShellCommand.of("pretrain --config", run.configFile()));
    facts(run, metrics, page);
    return page.put("live", live)
        .put("finished", run.finished())
        .charts(charts(run, metrics))
        .put("panels", panels)
        .put("hasPanels", !panels.isEmpty())
        .put("results", ResultTable.of(run.folder()))
        .settings(run.settings())
        .html();
  }

  private static List<Charts> charts(RunResult run, Map<String, double[]> metrics) {
    List<Charts> charts = new ArrayList<>(Charts.ofMeasures(run.measures()));
    if (metrics.get("step").length > 0) {
      charts.addAll(Charts.of(metrics, run.centroids()));
    }
    return charts;
  }

  /** Means over the last epoch, or what there is of it. */
  private static String health(Map<String, double[]> metrics, int centroids) {
    double[] epochs = metrics.get("epoch");
    double last = epochs[epochs.length - 1];
    int from = 0;
    while (epochs[from] < last) {
      from++;
    }
    return ("entropy of the mean assignment %.2f of at most %.2f, %.1f centroids of %,d used in a"
            + " batch, feature spread %.2f")
        .formatted(
            mean(metrics.get("entropy"), from),
            Math.log(centroids),
            mean(metrics.get("used_centroids"), from),
            centroids,
            mean(metrics.get("feature_spread"), from));
  }

  private static double mean(double[] values, int from) {
    return Arrays.stream(values, from, values.length).average().orElse(Double.NaN);
  }

  private static void facts(RunResult run, Map<String, double[]> metrics, Page page) {
    page.fact("Network", run.network());
    page.fact("Images", run.images().map(Object::toString).orElse("the photos shipped with flsl"));
    int steps = metrics.get("step").length;
    if (steps > 0) {
      double seconds = metrics.get("seconds")[steps - 1];
      int epoch = (int) metrics.get("epoch")[steps - 1];
      page.fact(
          "Training",
          "steps: %,d, images a step: %,d, epoch %,d of %,d"
              .formatted(steps, run.batch(), epoch, run.epochs()));
      page.fact("Health", health(metrics, run.centroids()));
      page.fact(
          "Time",
          "%s, %.1f images/s".formatted(RunResult.words(seconds), steps * run.batch() / seconds));
    }
    page.machine();
  }
}
