package org.flsl.evaluation;

import java.util.stream.IntStream;
import org.flsl.evaluation.data.LabelMask;

/**
 * How often each class was taken for which prediction, and the scores that follow from it.
 *
 * <p>Predictions are classes, or clusters that have yet to be given a class.
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

  /** Adds the counts of another matrix of the same shape. */
  public void add(ConfusionMatrix other) {
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
    return (double) IntStream.range(0, classes).mapToLong(i -> count(i, i)).sum() / total();
  }

  /**
   * Intersection over union of a class: right predictions, divided by all pixels that are of the
   * class or taken for it; NaN for a class that occurs in neither way.
   */
  public double iou(int label) {
    long union = -count(label, label);
    for (int other = 0; other < classes; other++) {
      union += count(label, other) + count(other, label);
    }
    return (double) count(label, label) / union;
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
