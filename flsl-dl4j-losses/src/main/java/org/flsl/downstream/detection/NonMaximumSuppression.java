package org.flsl.downstream.detection;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.function.Function;
import org.flsl.evaluation.data.LabelledBox;

/**
 * Keeps the best of detections that overlap: one object, one box.
 *
 * <p>From the best score down, a detection is left out where it overlaps one of its class that was
 * kept by more than the threshold; of equal scores the first comes first. As torchvision's {@code
 * batched_nms}.
 *
 * @param threshold intersection over union that makes two detections one
 * @param most detections that are kept of an image
 */
public record NonMaximumSuppression(double threshold, int most) {

  /** Checks the values. */
  public NonMaximumSuppression {
    if (!(threshold >= 0 && threshold <= 1) || most < 1) {
      throw new IllegalArgumentException(
          "Suppression needs a threshold from 0 to 1 and keeps at least one detection, got %s and %d"
              .formatted(threshold, most));
    }
  }

  /** What is kept, the best first. */
  public List<Detection> apply(List<Detection> detections) {
    return apply(detections, detection -> detection);
  }

  /** What is kept of anything that tells detections, the best first. */
  <T> List<T> apply(List<T> all, Function<T, Detection> detection) {
    List<T> sorted = new ArrayList<>(all);
    sorted.sort(Comparator.comparingDouble((T each) -> detection.apply(each).score()).reversed());
    List<T> kept = new ArrayList<>();
    for (T next : sorted) {
      if (kept.size() == most) {
        break;
      }
      LabelledBox box = detection.apply(next).box();
      boolean isNew =
          kept.stream()
              .map(better -> detection.apply(better).box())
              .noneMatch(
                  better ->
                      better.category() == box.category() && overlap(better, box) > threshold);
      if (isNew) {
        kept.add(next);
      }
    }
    return kept;
  }

  /** Intersection over union. */
  static double overlap(LabelledBox a, LabelledBox b) {
    double width = Math.min(a.right(), b.right()) - Math.max(a.left(), b.left());
    double height = Math.min(a.bottom(), b.bottom()) - Math.max(a.top(), b.top());
    double both = Math.max(0, width) * Math.max(0, height);
    return both == 0 ? 0 : both / (a.area() + b.area() - both);
  }
}
