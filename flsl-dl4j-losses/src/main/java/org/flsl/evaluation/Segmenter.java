package org.flsl.evaluation;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import java.util.stream.IntStream;
import org.flsl.evaluation.data.DatasetException;
import org.flsl.evaluation.data.LabelMask;
import org.flsl.evaluation.data.SegmentationSet;
import org.flsl.layers.TokenGrid;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Segments images by classifying their tokens, and compares with masks at the masks' resolution.
 *
 * <p>The scores of the tokens are stretched bilinearly over the mask; each pixel takes its best
 * class.
 */
final class Segmenter {
  /** Tokens that are classified together. */
  private static final int CHUNK = 16_384;

  private final int classes;
  private final Function<INDArray, List<float[]>> scores;

  /** Segments with a classifier of tokens. */
  Segmenter(TokenClassifier classifier) {
    this(classifier.classes(), tokens -> List.of(classifier.scores(tokens)));
  }

  /**
   * Segments with several classifiers at once.
   *
   * @param scores those of each for some tokens, as {@link TokenClassifier#scores}
   */
  Segmenter(int classes, Function<INDArray, List<float[]>> scores) {
    this.classes = classes;
    this.scores = scores;
  }

  /** What the first classifier says, as {@link #compareEach}. */
  ConfusionMatrix compare(DenseFeatures features, SegmentationSet set) {
    return compareEach(features, set).get(0);
  }

  /**
   * Segments all images of a set.
   *
   * @param features of the same images
   * @return classes of the pixels against predictions, for each classifier
   * @throws DatasetException if a mask cannot be read
   */
  List<ConfusionMatrix> compareEach(DenseFeatures features, SegmentationSet set) {
    if (features.images() != set.size()) {
      throw new IllegalArgumentException(
          "Features of %d images do not fit a set of %d".formatted(features.images(), set.size()));
    }
    int tokens = features.grid().tokens();
    int chunk = Math.max(1, CHUNK / tokens);
    List<ConfusionMatrix> all = new ArrayList<>();
    for (int start = 0; start < set.size(); start += chunk) {
      int first = start;
      int end = Math.min(start + chunk, set.size());
      List<float[]> found = scores.apply(features.tokens(start, end));
      while (all.size() < found.size()) {
        all.add(new ConfusionMatrix(set.classes().size(), classes));
      }
      IntStream.range(start, end)
          .parallel()
          .mapToObj(
              i ->
                  compare(
                      set.mask(i),
                      found,
                      (i - first) * tokens * classes,
                      features.grid(),
                      set.classes().size()))
          .forEachOrdered(
              image -> {
                for (int each = 0; each < image.size(); each++) {
                  all.get(each).add(image.get(each));
                }
              });
    }
    return all;
  }

  private List<ConfusionMatrix> compare(
      LabelMask mask, List<float[]> found, int start, TokenGrid grid, int maskClasses) {
    BilinearScores stretched = new BilinearScores(grid, classes);
    return found.stream()
        .map(
            each -> {
              ConfusionMatrix matrix = new ConfusionMatrix(maskClasses, classes);
              matrix.add(mask.labels(), stretched.best(each, start, mask.height(), mask.width()));
              return matrix;
            })
        .toList();
  }
}
