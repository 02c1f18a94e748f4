package org.flsl.evaluation.detection;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;

/**
 * How good detections are, as COCO measures it: average precision and average recall.
 *
 * <p>Precision is read off at 101 recalls and averaged over ten thresholds of overlap, 0.5 to 0.95,
 * and over the classes that occur; identical to pycocotools' {@code COCOeval}. A value that nothing
 * says anything about is NaN (pycocotools: -1).
 */
public final class CocoScores {
  private static final double[] THRESHOLDS = evenly(0.5, 0.95, 10);
  private static final double[] RECALLS = evenly(0, 1, 101);
  private static final int AT_75 = 5;
  private static final List<Integer> LIMITS = List.of(1, 10, Matches.MOST);

  /** Precision by size and class, {@code [thresholds][recalls]}; no entry where nothing counts. */
  private final Map<Key, double[][]> precision = new LinkedHashMap<>();

  /** Recall by size, class and most detections of an image, {@code [thresholds]}. */
  private final Map<Key, double[]> recall = new LinkedHashMap<>();

  private final int classes;

  private record Key(AreaRange sizes, int category, int limit) {}

  private CocoScores(int classes) {
    this.classes = classes;
  }

  /**
   * Judges.
   *
   * @param images in COCO's order, by ascending id: it decides between equal scores
   * @param classes how many there are
   */
  public static CocoScores of(List<JudgedImage> images, int classes) {
    CocoScores scores = new CocoScores(classes);
    for (int category = 0; category < classes; category++) {
      List<Matches> matches = new ArrayList<>();
      for (JudgedImage image : images) {
        matches.add(Matches.of(image, category));
      }
      for (AreaRange sizes : AreaRange.values()) {
        scores.add(matches, sizes, category);
      }
    }
    return scores;
  }

  private static double[] evenly(double first, double last, int number) {
    double step = (last - first) / (number - 1);
    double[] values = IntStream.range(0, number).mapToDouble(i -> first + i * step).toArray();
    values[number - 1] = last;
    return values;
  }

  private void add(List<Matches> matches, AreaRange sizes, int category) {
    for (int t = 0; t < THRESHOLDS.length; t++) {
      double threshold = THRESHOLDS[t];
      List<Matches.Outcome> outcomes =
          matches.stream().map(each -> each.at(sizes, threshold)).toList();
      int objects = outcomes.stream().mapToInt(Matches.Outcome::objects).sum();
      if (objects == 0) {
        return;
      }
      for (int limit : LIMITS) {
        Key key = new Key(sizes, category, limit);
        Curve curve = Curve.of(outcomes, limit, objects);
        recall.computeIfAbsent(key, k -> new double[THRESHOLDS.length])[t] = curve.recall();
        if (limit == Matches.MOST) {
          precision.computeIfAbsent(key, k -> new double[THRESHOLDS.length][])[t] =
              curve.precisionAt(RECALLS);
        }
      }
    }
  }

  private double averagePrecision(AreaRange sizes, int from, int to, int firstClass, int endClass) {
    return IntStream.range(firstClass, endClass)
        .mapToObj(category -> precision.get(new Key(sizes, category, Matches.MOST)))
        .filter(curves -> curves != null)
        .flatMapToDouble(
            curves -> Arrays.stream(curves, from, to).flatMapToDouble(DoubleStream::of))
        .average()
        .orElse(Double.NaN);
  }

  private double averageRecall(AreaRange sizes, int limit) {
    return IntStream.range(0, classes)
        .mapToObj(category -> recall.get(new Key(sizes, category, limit)))
        .filter(values -> values != null)
        .flatMapToDouble(DoubleStream::of)
        .average()
        .orElse(Double.NaN);
  }

  /** Average precision over all thresholds and classes. */
  public double ap() {
    return averagePrecision(AreaRange.ALL, 0, THRESHOLDS.length, 0, classes);
  }

  /** Average precision at an overlap of 0.5. */
  public double ap50() {
    return averagePrecision(AreaRange.ALL, 0, 1, 0, classes);
  }

  /** Average precision of one class over all thresholds. */
  public double ap(int category) {
    return averagePrecision(AreaRange.ALL, 0, THRESHOLDS.length, category, category + 1);
  }

  /** Average precision of one class at an overlap of 0.5. */
  public double ap50(int category) {
    return averagePrecision(AreaRange.ALL, 0, 1, category, category + 1);
  }

  /** COCO's twelve numbers under their usual names, in their usual order. */
  public Map<String, Double> summary() {
    Map<String, Double> summary = new LinkedHashMap<>();
    int all = THRESHOLDS.length;
    summary.put("AP", ap());
    summary.put("AP50", ap50());
    summary.put("AP75", averagePrecision(AreaRange.ALL, AT_75, AT_75 + 1, 0, classes));
    summary.put("AP small", averagePrecision(AreaRange.SMALL, 0, all, 0, classes));
    summary.put("AP medium", averagePrecision(AreaRange.MEDIUM, 0, all, 0, classes));
    summary.put("AP large", averagePrecision(AreaRange.LARGE, 0, all, 0, classes));
    LIMITS.forEach(limit -> summary.put("AR " + limit, averageRecall(AreaRange.ALL, limit)));
    summary.put("AR small", averageRecall(AreaRange.SMALL, Matches.MOST));
    summary.put("AR medium", averageRecall(AreaRange.MEDIUM, Matches.MOST));
    summary.put("AR large", averageRecall(AreaRange.LARGE, Matches.MOST));
    return summary;
  }
}
