package org.flsl.examples.report;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.flsl.evaluation.Measure;
import org.flsl.examples.run.MeasuresCsv;
import org.flsl.losses.LossTerm;

/**
 * The curves of a training under a heading.
 *
 * @param title the heading
 * @param charts below it
 */
record Charts(String title, List<Chart> charts) {

  /**
   * All of them.
   *
   * @param metrics columns of {@code metrics.csv}
   */
  static List<Charts> of(Map<String, double[]> metrics, int centroids) {
    double most = Math.log(centroids);
    return List.of(
        new Charts("Objective", objective(metrics, centroids)),
        new Charts(
            "Health",
            List.of(
                Chart.noisy(
                    "entropy",
                    "Of the mean assignment to centroids; at most ln K = %.2f.".formatted(most),
                    metrics.get("entropy")),
                Chart.noisy(
                    "used centroids",
                    "Likeliest centroid of at least one query of the batch; of %,d."
                        .formatted(centroids),
                    metrics.get("used_centroids")),
                Chart.noisy(
                    "feature spread",
                    "0: all queries point the same way; 1: they point everywhere.",
                    metrics.get("feature_spread")),
                Chart.noisy(
                    "gradient norm",
                    "Of all parameters together, before clipping.",
                    metrics.get("gradient_norm")))),
        new Charts(
            "Schedules",
            List.of(
                Chart.schedule(
                    "learning rate", "Warm-up, then a cosine.", metrics.get("learning_rate")),
                Chart.schedule(
                    "weight decay", "Of matrices, not of biases.", metrics.get("weight_decay")),
                Chart.schedule(
                    "momentum",
                    "How slowly the teacher follows the student.",
                    metrics.get("momentum")),
                Chart.schedule(
                    "teacher temperature",
                    "The lower, the more certain its assignments.",
                    metrics.get("teacher_temperature")))));
  }

  /** What was measured on the way, measure by measure; nothing, where nothing was. */
  static List<Charts> ofMeasures(List<MeasuresCsv.Row> rows) {
    Map<String, List<MeasuresCsv.Row>> curves =
        rows.stream()
            .collect(
                Collectors.groupingBy(
                    row -> "%s: %s".formatted(row.measure(), row.name()),
                    LinkedHashMap::new,
                    Collectors.toList()));
    List<Chart> charts = new ArrayList<>();
    curves.forEach(
        (title, curve) ->
            charts.add(
                Chart.measured(
                    title,
                    summary(curve.get(0).measure()),
                    curve.stream().mapToDouble(MeasuresCsv.Row::epoch).toArray(),
                    curve.stream().mapToDouble(MeasuresCsv.Row::value).toArray())));
    return charts.isEmpty() ? List.of() : List.of(new Charts("Measures, by epochs", charts));
  }

  /** Empty for a measure that is no longer on the class path. */
  private static String summary(String measure) {
    return Measure.known().stream()
        .filter(known -> known.name().equals(measure))
        .map(Measure::summary)
        .findFirst()
        .orElse("");
  }

  private static List<Chart> objective(Map<String, double[]> metrics, int centroids) {
    List<Chart> charts = new ArrayList<>();
    charts.add(Chart.noisy("loss", "The weighted sum of the terms.", metrics.get("total")));
    for (LossTerm term : LossTerm.known()) {
      double[] values = metrics.get(term.name());
      if (!Arrays.stream(values).allMatch(Double::isNaN)) {
        charts.add(Chart.noisy(term.name(), term.meaning(centroids), values));
      }
    }
    return charts;
  }
}
