package org.flsl.evaluation.video;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.ToDoubleFunction;

/**
 * How well the objects of videos were followed.
 *
 * <p>The mean is over objects, as in DAVIS 2017, so that a sequence counts as often as it has
 * objects.
 *
 * @param objects the objects of all sequences
 */
public record VideoScore(List<ObjectScore> objects) {

  /** Copies the list. */
  public VideoScore {
    objects = List.copyOf(objects);
  }

  /**
   * One object.
   *
   * @param sequence its video
   * @param object its number in the masks
   * @param region J, mean over the measured frames
   * @param contour F, mean over the measured frames
   */
  public record ObjectScore(String sequence, int object, double region, double contour) {}

  /** J, mean over the objects. */
  public double region() {
    return mean(ObjectScore::region);
  }

  /** F, mean over the objects. */
  public double contour() {
    return mean(ObjectScore::contour);
  }

  /** J&amp;F: the mean of both. */
  public double both() {
    return (region() + contour()) / 2;
  }

  /** The score of each sequence alone, in the order of the objects. */
  public Map<String, VideoScore> bySequence() {
    Map<String, VideoScore> sequences = new LinkedHashMap<>();
    for (ObjectScore object : objects) {
      sequences.computeIfAbsent(
          object.sequence,
          name ->
              new VideoScore(
                  objects.stream().filter(other -> other.sequence.equals(name)).toList()));
    }
    return sequences;
  }

  private double mean(ToDoubleFunction<ObjectScore> value) {
    return objects.stream().mapToDouble(value).average().orElse(Double.NaN);
  }
}
