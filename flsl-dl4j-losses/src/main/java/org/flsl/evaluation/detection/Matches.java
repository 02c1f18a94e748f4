package org.flsl.evaluation.detection;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;
import org.flsl.evaluation.detection.JudgedImage.FoundObject;
import org.flsl.evaluation.detection.JudgedImage.TrueObject;

/**
 * Which detections of one class hit which objects of one image, as COCO decides it.
 *
 * <p>From the best detection down each takes the object that it overlaps most and that is not
 * taken; crowds may be taken again and again.
 */
final class Matches {
  /** The best of one image that are looked at. */
  static final int MOST = 100;

  private final List<FoundObject> found;
  private final List<TrueObject> truth;
  private final double[][] overlaps;

  private Matches(List<FoundObject> found, List<TrueObject> truth) {
    this.found = found;
    this.truth = truth;
    this.overlaps = new double[found.size()][truth.size()];
    for (int d = 0; d < found.size(); d++) {
      for (int g = 0; g < truth.size(); g++) {
        TrueObject object = truth.get(g);
        overlaps[d][g] = found.get(d).region().overlap(object.region(), object.crowd());
      }
    }
  }

  static Matches of(JudgedImage image, int category) {
    List<FoundObject> found = new ArrayList<>();
    image.found().stream().filter(each -> each.category() == category).forEach(found::add);
    found.sort(BEST_FIRST);
    return new Matches(
        found.subList(0, Math.min(MOST, found.size())),
        image.truth().stream().filter(each -> each.category() == category).toList());
  }

  static final Comparator<FoundObject> BEST_FIRST =
      (a, b) -> a.score() > b.score() ? -1 : a.score() < b.score() ? 1 : 0;

  /**
   * What becomes of the detections at one threshold.
   *
   * @param scores of the detections, the best first
   * @param hit whether each hits an object
   * @param ignored whether each counts neither as right nor as wrong
   * @param objects how many objects are to be found
   */
  record Outcome(double[] scores, boolean[] hit, boolean[] ignored, int objects) {}

  /**
   * Matches objects of some sizes.
   *
   * @param sizes objects of other sizes, and detections of other sizes that hit nothing, are
   *     ignored
   * @param threshold overlap that is needed
   */
  Outcome at(AreaRange sizes, double threshold) {
    int[] order = ordered(sizes);
    boolean[] taken = new boolean[truth.size()];
    boolean[] hit = new boolean[found.size()];
    boolean[] ignored = new boolean[found.size()];
    for (int d = 0; d < found.size(); d++) {
      int best = best(d, order, taken, sizes, Math.min(threshold, 1 - 1e-10));
      if (best >= 0) {
        taken[best] = true;
        hit[d] = true;
        ignored[d] = isIgnored(truth.get(best), sizes);
      } else {
        ignored[d] = !sizes.contains(found.get(d).region().area());
      }
    }
    int objects = (int) truth.stream().filter(object -> !isIgnored(object, sizes)).count();
    double[] scores = found.stream().mapToDouble(FoundObject::score).toArray();
    return new Outcome(scores, hit, ignored, objects);
  }

  private int best(int d, int[] order, boolean[] taken, AreaRange sizes, double threshold) {
    int best = -1;
    double most = threshold;
    for (int g : order) {
      TrueObject object = truth.get(g);
      if (taken[g] && !object.crowd()) {
        continue;
      }
      if (best >= 0 && !isIgnored(truth.get(best), sizes) && isIgnored(object, sizes)) {
        break;
      }
      if (overlaps[d][g] >= most) {
        best = g;
        most = overlaps[d][g];
      }
    }
    return best;
  }

  /** Objects that count come before others. */
  private int[] ordered(AreaRange sizes) {
    return IntStream.range(0, truth.size())
        .boxed()
        .sorted(Comparator.comparing(g -> isIgnored(truth.get(g), sizes)))
        .mapToInt(Integer::intValue)
        .toArray();
  }

  private static boolean isIgnored(TrueObject object, AreaRange sizes) {
    return object.crowd() || !sizes.contains(object.area());
  }
}
