package org.flsl.examples.report;

import com.github.mustachejava.DefaultMustacheFactory;
import com.github.mustachejava.Mustache;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.Reader;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.time.LocalDateTime;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
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
  private static final String TEMPLATE = "/report/report.mustache";

  private final Mustache template;

  /** Reads the template. */
  public Report() {
    try (Reader text =
        new InputStreamReader(Report.class.getResourceAsStream(TEMPLATE), StandardCharsets.UTF_8)) {
      template = new DefaultMustacheFactory().compile(text, "report");
    } catch (IOException e) {
      throw new IllegalStateException("the page's template is missing", e);
    }
  }

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
    Map<String, Object> page = new HashMap<>();
    page.put("name", run.folder().getFileName());
    page.put("again", ShellCommand.of("pretrain --config", run.configFile()));
    page.put("live", live);
    page.put("finished", run.finished());
    page.put("facts", facts(run, metrics).entrySet());
    page.put("charts", charts(run, metrics));
    page.put("svg", Map.of("width", Chart.WIDTH, "height", Chart.HEIGHT, "left", Chart.LEFT));
    page.put("panels", panels);
    page.put("hasPanels", !panels.isEmpty());
    page.put("results", ResultTable.of(run.folder()));
    page.put(
        "settings",
        run.settings().entrySet().stream()
            .map(s -> Map.of("title", s.getKey(), "values", s.getValue().entrySet()))
            .toList());
    StringWriter html = new StringWriter();
    template.execute(html, page).flush();
    return html.toString();
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

  private static Map<String, String> facts(RunResult run, Map<String, double[]> metrics) {
    Map<String, String> facts = new LinkedHashMap<>();
    facts.put("Network", run.network());
    facts.put("Images", run.images().map(Object::toString).orElse("the photos shipped with flsl"));
    int steps = metrics.get("step").length;
    if (steps > 0) {
      double seconds = metrics.get("seconds")[steps - 1];
      int epoch = (int) metrics.get("epoch")[steps - 1];
      facts.put(
          "Training",
          "%,d steps of %,d images, epoch %,d of %,d"
              .formatted(steps, run.batch(), epoch, run.epochs()));
      facts.put("Health", health(metrics, run.centroids()));
      facts.put(
          "Time",
          "%s, %.1f images/s".formatted(RunResult.words(seconds), steps * run.batch() / seconds));
    }
    facts.put(
        "Machine",
        "%s %s, %d processors, Java %s"
            .formatted(
                System.getProperty("os.name"),
                System.getProperty("os.arch"),
                Runtime.getRuntime().availableProcessors(),
                System.getProperty("java.version")));
    facts.put(
        "Page made", LocalDateTime.now().format(DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm")));
    return facts;
  }
}
