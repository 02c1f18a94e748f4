package org.flsl.evaluation;

import java.util.stream.IntStream;
import org.flsl.evaluation.data.DatasetException;
import org.flsl.evaluation.data.LabelMask;
import org.flsl.evaluation.data.SegmentationSet;

/**
 * Segments images by classifying their tokens, and compares with masks at the masks' resolution.
 *
 * <p>The scores of the tokens are stretched bilinearly over the mask; each pixel takes its best
 * class.
 */
final class Segmenter {
  /** Tokens that are classified together. */
  private static final int CHUNK = 16_384;

  private final TokenClassifier classifier;

  /** Segments with a classifier of tokens. */
  public Segmenter(TokenClassifier classifier) {
    this.classifier = classifier;
  }

  /**
   * Segments all images of a set.
   *
   * @param features of the same images
   * @return classes of the pixels against predictions
   * @throws DatasetException if a mask cannot be read
   */
  public ConfusionMatrix compare(DenseFeatures features, SegmentationSet set) {
    if (features.images() != set.size()) {
      throw new IllegalArgumentException(
          "Features of %d images do not fit a set of %d".formatted(features.images(), set.size()));
    }
    int tokens = features.grid().tokens();
    int chunk = Math.max(1, CHUNK / tokens);
    ConfusionMatrix all = new ConfusionMatrix(set.classes().size(), classifier.classes());
    for (int start = 0; start < set.size(); start += chunk) {
      int first = start;
      int end = Math.min(start + chunk, set.size());
      float[] scores = classifier.scores(features.tokens(start, end));
      IntStream.range(start, end)
          .parallel()
          .mapToObj(
              i ->
                  compare(
                      set.mask(i),
                      scores,
                      (i - first) * tokens * classifier.classes(),
                      features,
                      set.classes().size()))
          .forEachOrdered(all::add);
    }
    return all;
  }

  private ConfusionMatrix compare(
      LabelMask mask, float[] scores, int start, DenseFeatures features, int classes) {
    int[] predicted =
        new BilinearScores(features.grid(), classifier.classes())
            .best(scores, start, mask.height(), mask.width());
    ConfusionMatrix matrix = new ConfusionMatrix(classes, classifier.classes());
    matrix.add(mask.labels(), predicted);
    return matrix;
  }
}
