package org.flsl.evaluation;

import java.util.stream.IntStream;
import org.flsl.evaluation.data.LabelMask;

/**
 * How often each class was taken for which prediction, and the scores that follow from it.
 *
 * <p>Predictions are classes, or clusters that {@link ClusterMatching} has yet to give a class.
 * Ignored pixels count nowhere.
 */
public final class ConfusionMatrix {
  private final int classes;
  private final int predictions;
  private final long[] counts;

  /** An empty square matrix. */
  public ConfusionMatrix(int classes) {
    this(classes, classes);
  }

  /** An empty matrix. */
  public ConfusionMatrix(int classes, int predictions) {
    this.classes = classes;
    if (classes < 1 || predictions < 1) {
      throw new IllegalArgumentException(
          "At least one class and one prediction are needed, got %d and %d"
              .formatted(classes, predictions));
    }
    this.predictions = predictions;
    this.counts = new long[Math.multiplyExact(classes, predictions)];
  }

  /**
   * Counts labels against predictions.
   *
   * @param truth classes or {@link LabelMask#IGNORED}
   * @param predicted as many predictions
   */
  public void add(int[] truth, int[] predicted) {
    if (truth.length != predicted.length) {
      throw new IllegalArgumentException(
          "%d labels do not fit %d predictions".formatted(truth.length, predicted.length));
    }
    for (int i = 0; i < truth.length; i++) {
      if (truth[i] != LabelMask.IGNORED) {
        counts[truth[i] * predictions + predicted[i]]++;
      }
    }
  }

  /** Counts several pixels at once. */
  void add(int truth, int prediction, long pixels) {
    counts[truth * predictions + prediction] += pixels;
  }

  /** Adds the counts of another matrix of the same shape. */
  public void add(ConfusionMatrix other) {
    if (other.classes != classes || other.predictions != predictions) {
      throw new IllegalArgumentException(
          "A matrix of %d x %d cannot take one of %d x %d"
              .formatted(classes, predictions, other.classes, other.predictions));
    }
    for (int i = 0; i < counts.length; i++) {
      counts[i] += other.counts[i];
    }
  }

  /** Rows. */
  public int classes() {
    return classes;
  }

  /** Columns. */
  public int predictions() {
    return predictions;
  }

  /** How often a class was taken for a prediction. */
  public long count(int truth, int prediction) {
    return counts[truth * predictions + prediction];
  }

  /** All pixels that were counted. */
  public long total() {
    return IntStream.range(0, counts.length).mapToLong(i -> counts[i]).sum();
  }

  /** The share of right predictions; NaN where nothing was counted. */
  public double accuracy() {
    return (double)
            IntStream.range(0, Math.min(classes, predictions)).mapToLong(i -> count(i, i)).sum()
        / total();
  }

  /**
   * Intersection over union of a class: right predictions, divided by all pixels that are of the
   * class or taken for it; NaN for a class that occurs in neither way.
   */
  public double iou(int label) {
    long right = label < predictions ? count(label, label) : 0;
    long ofClass = IntStream.range(0, predictions).mapToLong(i -> count(label, i)).sum();
    long predicted =
        label < predictions ? IntStream.range(0, classes).mapToLong(i -> count(i, label)).sum() : 0;
    return (double) right / (ofClass + predicted - right);
  }

  /** The mean of {@link #iou} over the classes that occur as truth or as prediction. */
  public double meanIou() {
    return IntStream.range(0, classes)
        .mapToDouble(this::iou)
        .filter(iou -> !Double.isNaN(iou))
        .average()
        .orElse(Double.NaN);
  }
}
