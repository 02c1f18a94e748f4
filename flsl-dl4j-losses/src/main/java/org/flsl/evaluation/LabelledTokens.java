package org.flsl.evaluation;

import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.flsl.evaluation.data.LabelMask;
import org.flsl.evaluation.data.SegmentationSet;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * Vectors of known classes: what a classifier learns from.
 *
 * @param tokens {@code [n, width]}
 * @param labels the class of each
 * @param classes number of classes
 */
public record LabelledTokens(INDArray tokens, int[] labels, int classes) {

  /** Checks that they fit. */
  public LabelledTokens {
    if (tokens.rank() != 2 || tokens.size(0) != labels.length) {
      throw new IllegalArgumentException(
          "%d labels do not fit vectors %s, expected [labels, width]"
              .formatted(labels.length, Arrays.toString(tokens.shape())));
    }
    for (int label : labels) {
      if (label < 0 || label >= classes) {
        throw new IllegalArgumentException(
            "The label %d is none of %d classes".formatted(label, classes));
      }
    }
  }

  /**
   * The class of each token of a set of images, {@link LabelMask#IGNORED} where there is none: the
   * commonest one among the pixels that the token covers.
   */
  public static int[] labels(SegmentationSet set, DenseFeatures features) {
    int tokens = features.grid().tokens();
    int[] labels = new int[Math.multiplyExact(set.size(), tokens)];
    IntStream.range(0, set.size())
        .parallel()
        .forEach(
            i -> {
              int[] ofImage = set.mask(i).onGrid(features.grid());
              System.arraycopy(ofImage, 0, labels, i * tokens, tokens);
            });
    return labels;
  }

  /**
   * Draws labelled tokens without replacement.
   *
   * @param labels the class of each token, {@link LabelMask#IGNORED} for those that do not count
   * @param most how many to draw; all, where there are fewer
   * @throws IllegalArgumentException if none is labelled
   */
  public static LabelledTokens sample(
      DenseFeatures features, int[] labels, int classes, int most, long seed) {
    return of(features, labels, classes, rows(labels, most, seed));
  }

  /** The rows that {@link #sample} draws, in ascending order. */
  static int[] rows(int[] labels, int most, long seed) {
    int[] rows = IntStream.range(0, labels.length).filter(i -> labels[i] >= 0).toArray();
    if (rows.length == 0) {
      throw new IllegalArgumentException("None of the tokens has a label");
    }
    if (rows.length > most) {
      shuffle(rows, new SplittableRandom(seed));
      rows = Arrays.copyOf(rows, most);
      Arrays.sort(rows);
    }
    return rows;
  }

  /** These rows. */
  static LabelledTokens of(DenseFeatures features, int[] labels, int classes, int[] rows) {
    int[] drawn = Arrays.stream(rows).map(i -> labels[i]).toArray();
    return new LabelledTokens(Nd4j.pullRows(features.tokens(), 1, rows), drawn, classes);
  }

  /**
   * Draws tokens without replacement, whatever their labels.
   *
   * @param most how many to draw; all, where there are fewer
   * @return {@code [n, width]}
   */
  public static INDArray draw(DenseFeatures features, int most, long seed) {
    int[] unlabelled = new int[Math.toIntExact(features.tokens().size(0))];
    return sample(features, unlabelled, 1, most, seed).tokens();
  }

  static void shuffle(int[] numbers, SplittableRandom random) {
    for (int i = numbers.length - 1; i > 0; i--) {
      int j = random.nextInt(i + 1);
      int swapped = numbers[i];
      numbers[i] = numbers[j];
      numbers[j] = swapped;
    }
  }
}
