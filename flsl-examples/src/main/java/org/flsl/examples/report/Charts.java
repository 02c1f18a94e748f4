package org.flsl.examples.report;

import java.util.List;
import java.util.Map;

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
        new Charts(
            "Objective",
            List.of(
                Chart.noisy("loss", "The weighted sum of the three terms.", metrics.get("total")),
                Chart.noisy(
                    "intra",
                    "How far queries are from their modes inside a view; falls quickly.",
                    metrics.get("intra")),
                Chart.noisy(
                    "inter",
                    "Cross entropy of teacher's and student's assignment; stuck at ln K = %.2f it has"
                            .formatted(most)
                        + " collapsed.",
                    metrics.get("inter")),
                Chart.noisy(
                    "volume",
                    "How far the mean assignment is from using all centroids alike; 0 is even.",
                    metrics.get("volume")))),
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
}
