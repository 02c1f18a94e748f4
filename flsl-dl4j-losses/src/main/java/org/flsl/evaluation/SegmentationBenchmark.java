package org.flsl.evaluation;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.LongStream;
import org.flsl.evaluation.data.LabelCounts;
import org.flsl.evaluation.data.LabelledImages;
import org.flsl.evaluation.data.SegmentationSet;

/**
 * Measures how well features segment images: nearest neighbours, a linear probe, k-means.
 *
 * <p>Every candidate sees the same images at the same size, the same tokens drawn to learn from,
 * and the same settings. A seed draws the tokens that are learned from, the weights and batches of
 * the probe, the start of k-means, and the weights of a random twin.
 */
public final class SegmentationBenchmark implements Benchmark {

  /** What can be measured. */
  public enum Method {
    /** {@link NearestNeighbours} among tokens of the training images. */
    KNN("k-NN"),
    /** {@link LinearProbe} trained on tokens of the training images. */
    LINEAR("linear probe"),
    /**
     * {@link KMeans} of tokens of the test images, as many clusters as classes occur in their
     * masks, without any label; {@link ClusterMatching} names the clusters.
     */
    KMEANS("k-means");

    private final String label;

    Method(String label) {
      this.label = label;
    }

    @Override
    public String toString() {
      return label;
    }
  }

  private final SegmentationSet train;
  private final SegmentationSet test;
  private final ImagePreparation preparation;
  private final Set<Method> methods;
  private final int seeds;
  private final int tokens;
  private final int batch;
  private final int k;
  private final double temperature;
  private final LinearProbe.Training probe;
  private final Progress progress;
  private final int clusters;

  private SegmentationBenchmark(Builder b) {
    this.train = b.train;
    this.test = b.test;
    this.preparation = b.preparation;
    this.methods = EnumSet.copyOf(b.methods);
    this.seeds = b.seeds;
    this.tokens = b.tokens;
    this.batch = b.batch;
    this.k = b.k;
    this.temperature = b.temperature;
    this.probe = b.probe;
    this.progress = b.progress;
    if (seeds < 1 || tokens < 1 || batch < 1) {
      throw new IllegalArgumentException(
          "Seeds, tokens and batch must be at least 1, got %d, %d and %d"
              .formatted(seeds, tokens, batch));
    }
    ClassifierSettings.sameClasses(train.classes(), test.classes());
    this.clusters = methods.contains(Method.KMEANS) ? LabelCounts.of(test).labels().length : 0;
  }

  /**
   * Starts a benchmark.
   *
   * @param train images to learn from
   * @param test images to measure on
   * @param preparation the size and normalisation of images
   */
  public static Builder builder(
      SegmentationSet train, SegmentationSet test, ImagePreparation preparation) {
    return new Builder(train, test, preparation);
  }

  /** Measures features, with every method and seed. */
  @Override
  public List<Measured> measure(Candidate candidate) {
    MeasuredValues values = new MeasuredValues();
    List<Long> all = LongStream.rangeClosed(1, seeds).boxed().toList();
    List<List<Long>> ofSameFeatures =
        candidate.seeded() ? all.stream().map(List::of).toList() : List.of(all);
    for (List<Long> group : ofSameFeatures) {
      measure(candidate, group)
          .forEach(
              (method, found) ->
                  found.forEach(
                      result -> {
                        values.add(method + " mIoU", result.meanIou());
                        values.add(method + " pixel accuracy", result.accuracy());
                      }));
    }
    return values.of(candidate.name());
  }

  /**
   * With each method and seed: first nearest neighbours, which keep all threads busy, then probes
   * and k-means side by side, one thread each.
   */
  private Map<Method, List<ConfusionMatrix>> measure(Candidate candidate, List<Long> group) {
    FeatureExtractor extractor = candidate.bySeed().apply(group.get(0));
    DenseFeatures known = features(candidate, extractor, train, "training");
    DenseFeatures asked = features(candidate, extractor, test, "test");
    int[] labels = LabelledTokens.labels(train, known);
    Map<Method, List<ConfusionMatrix>> results = new EnumMap<>(Method.class);
    if (methods.contains(Method.KNN)) {
      String what = "%s: %s".formatted(candidate.name(), Method.KNN);
      progress.at(what, 0, 1);
      results.put(Method.KNN, voted(known, labels, asked, group));
      progress.at(what, 1, 1);
    }
    List<Work> works = new ArrayList<>();
    if (methods.contains(Method.LINEAR)) {
      group.forEach(
          seed -> works.add(new Work(Method.LINEAR, () -> probed(known, labels, asked, seed))));
    }
    if (methods.contains(Method.KMEANS)) {
      // Clusters form by direction, as nearest neighbours do.
      DenseFeatures directions = asked.scaledToLengthOne();
      group.forEach(seed -> works.add(new Work(Method.KMEANS, () -> clustered(directions, seed))));
    }
    results.putAll(inParallel(candidate, works));
    return results;
  }

  /** What gives the result of a method for one seed. */
  private record Work(Method method, Supplier<ConfusionMatrix> result) {}

  private Map<Method, List<ConfusionMatrix>> inParallel(Candidate candidate, List<Work> works) {
    String what =
        "%s: %s"
            .formatted(
                candidate.name(),
                works.stream()
                    .map(work -> work.method().toString())
                    .distinct()
                    .collect(Collectors.joining(", ")));
    AtomicInteger done = new AtomicInteger();
    return works.parallelStream()
        .map(
            work -> {
              ConfusionMatrix result = work.result().get();
              synchronized (done) {
                progress.at(what, done.incrementAndGet(), works.size());
              }
              return Map.entry(work.method(), result);
            })
        .collect(
            Collectors.groupingBy(
                Map.Entry::getKey, Collectors.mapping(Map.Entry::getValue, Collectors.toList())));
  }

  private DenseFeatures features(
      Candidate candidate, FeatureExtractor extractor, LabelledImages images, String which) {
    String what = "%s: features of %s images".formatted(candidate.name(), which);
    return DenseFeatures.of(
        extractor, images, preparation, batch, done -> progress.at(what, done, images.size()));
  }

  /** For each seed. What their draws have in common is compared once. */
  private List<ConfusionMatrix> voted(
      DenseFeatures known, int[] labels, DenseFeatures asked, List<Long> drawnBy) {
    List<int[]> draws =
        drawnBy.stream().map(seed -> LabelledTokens.rows(labels, tokens, seed)).toList();
    int[] all = draws.stream().flatMapToInt(Arrays::stream).sorted().distinct().toArray();
    List<int[]> samples =
        draws.stream()
            .map(draw -> Arrays.stream(draw).map(row -> Arrays.binarySearch(all, row)).toArray())
            .toList();
    NearestNeighbours neighbours =
        new NearestNeighbours(
            LabelledTokens.of(known, labels, train.classes().size(), all), samples, k, temperature);
    return new Segmenter(neighbours.classes(), neighbours::scoresOfEachSample)
        .compareEach(asked, test);
  }

  private ConfusionMatrix probed(
      DenseFeatures known, int[] labels, DenseFeatures asked, long seed) {
    LabelledTokens drawn =
        LabelledTokens.sample(known, labels, train.classes().size(), tokens, seed);
    return new Segmenter(probe.seed(seed).fit(drawn)).compare(asked, test);
  }

  private ConfusionMatrix clustered(DenseFeatures directions, long seed) {
    KMeans found = KMeans.fit(LabelledTokens.draw(directions, tokens, seed), clusters, seed);
    return ClusterMatching.matched(new Segmenter(found).compare(directions, test));
  }

  /** Builds a {@link SegmentationBenchmark}. */
  public static final class Builder extends ClassifierSettings<Builder> {
    private final SegmentationSet train;
    private final SegmentationSet test;
    private final ImagePreparation preparation;
    private Set<Method> methods = EnumSet.allOf(Method.class);
    private int tokens = 40_000;

    private Builder(SegmentationSet train, SegmentationSet test, ImagePreparation preparation) {
      this.train = train;
      this.test = test;
      this.preparation = preparation;
    }

    /** What to measure; default everything. */
    public Builder methods(Set<Method> methods) {
      this.methods = methods;
      return this;
    }

    /** Tokens of the training images to draw; default 40,000. */
    public Builder tokens(int tokens) {
      this.tokens = tokens;
      return this;
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
    public SegmentationBenchmark build() {
      return new SegmentationBenchmark(this);
    }
  }
}
