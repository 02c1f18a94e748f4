package org.flsl.evaluation;

import java.util.List;
import java.util.stream.IntStream;
import org.flsl.evaluation.data.CategorySet;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Measures how well features tell whole images apart: the mean of an image's tokens, classified by
 * nearest neighbours and by a linear probe.
 *
 * <p>Nearest neighbours are the same with every seed, unless the features differ.
 */
public final class CategoryBenchmark implements Benchmark {
  private final CategorySet train;
  private final CategorySet test;
  private final ImagePreparation preparation;
  private final int seeds;
  private final int batch;
  private final int k;
  private final double temperature;
  private final LinearProbe.Training probe;
  private final Progress progress;

  private CategoryBenchmark(Builder b) {
    this.train = b.train;
    this.test = b.test;
    this.preparation = b.preparation;
    this.seeds = b.seeds;
    this.batch = b.batch;
    this.k = b.k;
    this.temperature = b.temperature;
    this.probe = b.probe;
    this.progress = b.progress;
    if (seeds < 1 || batch < 1) {
      throw new IllegalArgumentException(
          "Seeds and batch must be at least 1, got %d and %d".formatted(seeds, batch));
    }
    ClassifierSettings.sameClasses(train.classes(), test.classes());
  }

  /**
   * Starts a benchmark.
   *
   * @param train images to learn from
   * @param test images to measure on
   * @param preparation the size and normalisation of images
   */
  public static Builder builder(CategorySet train, CategorySet test, ImagePreparation preparation) {
    return new Builder(train, test, preparation);
  }

  /** Measures features: the share of test images whose class is told right. */
  @Override
  public List<Measured> measure(Candidate candidate) {
    MeasuredValues values = new MeasuredValues();
    LabelledTokens known = null;
    LabelledTokens asked = null;
    for (int seed = 1; seed <= seeds; seed++) {
      if (known == null || candidate.seeded()) {
        FeatureExtractor extractor = candidate.bySeed().apply(seed);
        known = pooled(candidate, extractor, train, "training");
        asked = pooled(candidate, extractor, test, "test");
      }
      values.add("k-NN accuracy", accuracy(new NearestNeighbours(known, k, temperature), asked));
      values.add("linear probe accuracy", accuracy(probe.seed(seed).fit(known), asked));
    }
    return values.of(candidate.name());
  }

  private LabelledTokens pooled(
      Candidate candidate, FeatureExtractor extractor, CategorySet images, String which) {
    String what = "%s: features of %s images".formatted(candidate.name(), which);
    INDArray means =
        DenseFeatures.of(
                extractor,
                images,
                preparation,
                batch,
                done -> progress.at(what, done, images.size()))
            .pooled();
    int[] labels = IntStream.range(0, images.size()).map(images::category).toArray();
    return new LabelledTokens(means, labels, images.classes().size());
  }

  private static double accuracy(TokenClassifier classifier, LabelledTokens asked) {
    ConfusionMatrix result = new ConfusionMatrix(asked.classes());
    result.add(asked.labels(), classifier.likeliest(asked.tokens()));
    return result.accuracy();
  }

  /** Builds a {@link CategoryBenchmark}. */
  public static final class Builder extends ClassifierSettings<Builder> {
    private final CategorySet train;
    private final CategorySet test;
    private final ImagePreparation preparation;

    private Builder(CategorySet train, CategorySet test, ImagePreparation preparation) {
      this.train = train;
      this.test = test;
      this.preparation = preparation;
    }

    @Override
    Builder self() {
      return this;
    }

    /**
     * Builds.
     *
     * @throws IllegalArgumentException if something does not fit
     */
    public CategoryBenchmark build() {
      return new CategoryBenchmark(this);
    }
  }
}
