package org.flsl.evaluation.detection;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * Precision along recall, from the surest detection to the least sure one.
 *
 * @param precisions made monotone: at least what any later detection reaches
 * @param recalls after each detection
 */
record Curve(double[] precisions, double[] recalls) {

  /** A detection of some image. */
  private record Ranked(double score, boolean hit) {}

  /**
   * The curve of the detections of all images.
   *
   * @param limit detections of an image that count, the best ones
   * @param objects to be found
   */
  static Curve of(List<Matches.Outcome> outcomes, int limit, int objects) {
    List<Ranked> ranked = new ArrayList<>();
    for (Matches.Outcome outcome : outcomes) {
      for (int d = 0; d < Math.min(limit, outcome.hit().length); d++) {
        if (!outcome.ignored()[d]) {
          ranked.add(new Ranked(outcome.scores()[d], outcome.hit()[d]));
        }
      }
    }
    ranked.sort(Comparator.comparingDouble(Ranked::score).reversed());
    double[] precisions = new double[ranked.size()];
    double[] recalls = new double[ranked.size()];
    int hits = 0;
    for (int d = 0; d < ranked.size(); d++) {
      hits += ranked.get(d).hit ? 1 : 0;
      precisions[d] = hits / (d + 1.0);
      recalls[d] = (double) hits / objects;
    }
    for (int d = precisions.length - 2; d >= 0; d--) {
      precisions[d] = Math.max(precisions[d], precisions[d + 1]);
    }
    return new Curve(precisions, recalls);
  }

  /** What is found at the end. */
  double recall() {
    return recalls.length == 0 ? 0 : recalls[recalls.length - 1];
  }

  /** The precision when a recall is first reached; 0 for those that are not. */
  double[] precisionAt(double[] wanted) {
    double[] found = new double[wanted.length];
    int d = 0;
    for (int i = 0; i < wanted.length; i++) {
      while (d < recalls.length && recalls[d] < wanted[i]) {
        d++;
      }
      found[i] = d < recalls.length ? precisions[d] : 0;
    }
    return found;
  }

  /** The area under the curve, without any sampling. */
  double area() {
    double area = 0;
    double before = 0;
    for (int d = 0; d < recalls.length; d++) {
      area += (recalls[d] - before) * precisions[d];
      before = recalls[d];
    }
    return area;
  }
}
