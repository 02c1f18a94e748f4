package org.flsl.evaluation.detection;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.flsl.evaluation.detection.JudgedImage.FoundObject;
import org.flsl.evaluation.detection.JudgedImage.TrueObject;

/**
 * How good detections are, as PASCAL VOC measures it: average precision of each class at an overlap
 * of 0.5.
 *
 * <p>A detection is judged by the object that it overlaps most: the first one to hit it is right,
 * later ones are wrong; objects marked difficult (here: crowds) count neither way.
 *
 * @param area area under the monotone curve, as since 2010, by class; NaN without objects
 * @param elevenPoints mean of the precision at eleven recalls, as until 2009
 */
public record VocScores(List<Double> area, List<Double> elevenPoints) {
  private static final double OVERLAP = 0.5;
  private static final double[] RECALLS =
      IntStream.rangeClosed(0, 10).mapToDouble(i -> i * 0.1).toArray();

  /** Copies the values. */
  public VocScores {
    area = List.copyOf(area);
    elevenPoints = List.copyOf(elevenPoints);
  }

  /**
   * Judges.
   *
   * @param classes how many there are
   */
  public static VocScores of(List<JudgedImage> images, int classes) {
    List<Double> area = new ArrayList<>();
    List<Double> elevenPoints = new ArrayList<>();
    for (int category = 0; category < classes; category++) {
      int number = category;
      List<Matches.Outcome> outcomes =
          images.stream().map(image -> outcome(image, number)).toList();
      int objects = outcomes.stream().mapToInt(Matches.Outcome::objects).sum();
      Curve curve = Curve.of(outcomes, Integer.MAX_VALUE, objects);
      area.add(objects == 0 ? Double.NaN : curve.area());
      elevenPoints.add(
          objects == 0
              ? Double.NaN
              : Arrays.stream(curve.precisionAt(RECALLS)).average().orElseThrow());
    }
    return new VocScores(area, elevenPoints);
  }

  /** The mean over the classes that occur. */
  public static double mean(List<Double> values) {
    return values.stream()
        .mapToDouble(Double::doubleValue)
        .filter(value -> !Double.isNaN(value))
        .average()
        .orElse(Double.NaN);
  }

  private static Matches.Outcome outcome(JudgedImage image, int category) {
    List<TrueObject> truth =
        image.truth().stream().filter(object -> object.category() == category).toList();
    List<FoundObject> found =
        image.found().stream()
            .filter(each -> each.category() == category)
            .sorted(Matches.BEST_FIRST)
            .toList();
    boolean[] taken = new boolean[truth.size()];
    boolean[] hit = new boolean[found.size()];
    boolean[] ignored = new boolean[found.size()];
    for (int d = 0; d < hit.length; d++) {
      int best = -1;
      double most = 0;
      for (int g = 0; g < taken.length; g++) {
        double overlap = found.get(d).region().overlap(truth.get(g).region(), false);
        if (overlap > most) {
          best = g;
          most = overlap;
        }
      }
      if (most >= OVERLAP) {
        ignored[d] = truth.get(best).crowd();
        hit[d] = !taken[best];
        taken[best] = true;
      }
    }
    int objects = (int) truth.stream().filter(object -> !object.crowd()).count();
    double[] scores = found.stream().mapToDouble(FoundObject::score).toArray();
    return new Matches.Outcome(scores, hit, ignored, objects);
  }
}
