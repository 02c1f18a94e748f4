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
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.flsl.examples.run.MeasuresCsv;
import org.flsl.examples.run.RunFiles;
import org.flsl.examples.settings.Config;

/** The page of a run, whatever was trained: what there is to say is put in, and HTML comes out. */
public final class Page {
  private static final String TEMPLATE = "/report/report.mustache";

  private final Map<String, Object> content = new HashMap<>();
  private final Map<String, String> facts = new LinkedHashMap<>();
  private final List<Charts> charts = new ArrayList<>();

  /**
   * A page.
   *
   * @param name of the run
   * @param kind of training, in a few words
   * @param again what to type for the same run
   */
  public Page(String name, String kind, String again) {
    content.put("name", name);
    content.put("kind", kind);
    content.put("again", again);
    content.put("finished", true);
    content.put("svg", Map.of("width", Chart.WIDTH, "height", Chart.HEIGHT, "left", Chart.LEFT));
  }

  /** A fact about the run. */
  public Page fact(String name, String value) {
    facts.put(name, value);
    return this;
  }

  /** The machine and the time, as facts. */
  public Page machine() {
    fact(
        "Machine",
        "%s %s, %d processors, Java %s"
            .formatted(
                System.getProperty("os.name"),
                System.getProperty("os.arch"),
                Runtime.getRuntime().availableProcessors(),
                System.getProperty("java.version")));
    return fact(
        "Page made", LocalDateTime.now().format(DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm")));
  }

  /** Curves of what was measured on the way. */
  public Page measures(List<MeasuresCsv.Row> rows) {
    charts.addAll(Charts.ofMeasures(rows));
    return this;
  }

  /** A curve of the loss and one of the learning rate. */
  public Page course(double[] loss, double[] learningRate) {
    charts.add(
        new Charts(
            "Course",
            List.of(
                Chart.noisy("loss", "Of each step's batch.", loss),
                Chart.schedule("learning rate", "Warm-up, then a cosine.", learningRate))));
    return this;
  }

  Page charts(List<Charts> more) {
    charts.addAll(more);
    return this;
  }

  /** Pictures of what the model says. */
  public Page examples(List<Example> examples) {
    content.put("examples", examples);
    content.put("hasExamples", !examples.isEmpty());
    return this;
  }

  /** Anything that the template knows. */
  Page put(String key, Object value) {
    content.put(key, value);
    return this;
  }

  /** The settings as run. */
  public Page settings(Config config) {
    return settings(config.bySection());
  }

  Page settings(Map<String, Map<String, String>> sections) {
    return put(
        "settings",
        sections.entrySet().stream()
            .map(s -> Map.of("title", s.getKey(), "values", s.getValue().entrySet()))
            .toList());
  }

  /** Tables that {@code flsl eval} has left in the folder. */
  public Page results(RunFiles run) throws IOException {
    return put("results", ResultTable.of(run.folder()));
  }

  /** The page. */
  public String html() {
    content.put("facts", facts.entrySet());
    content.put("charts", charts);
    StringWriter html = new StringWriter();
    try (Reader text =
        new InputStreamReader(Page.class.getResourceAsStream(TEMPLATE), StandardCharsets.UTF_8)) {
      Mustache template = new DefaultMustacheFactory().compile(text, "report");
      template.execute(html, content).flush();
    } catch (IOException e) {
      throw new IllegalStateException("the page's template is missing", e);
    }
    return html.toString();
  }
}
