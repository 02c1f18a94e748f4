package org.flsl.evaluation;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.flsl.evaluation.data.LabelledImages;
import org.flsl.training.PlaceShare;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Measures whether features are alive, without labels: {@link FeatureHealth} of some of the tokens
 * of photos, and how much of all of them is {@linkplain PlaceShare their place}, row and column.
 *
 * <p>A seed draws the tokens, and the weights of a random twin.
 */
public final class HealthBenchmark implements Benchmark {
  private final LabelledImages photos;
  private final ImagePreparation preparation;
  private final int seeds;
  private final int tokens;
  private final int batch;
  private final Progress progress;

  private HealthBenchmark(Builder b) {
    this.photos = b.photos;
    this.preparation = b.preparation;
    this.seeds = b.seeds;
    this.tokens = b.tokens;
    this.batch = b.batch;
    this.progress = b.progress;
    if (seeds < 1 || tokens < 1 || batch < 1) {
      throw new IllegalArgumentException(
          "Seeds, tokens and batch must be at least 1, got %d, %d and %d"
              .formatted(seeds, tokens, batch));
    }
  }

  /**
   * Starts a benchmark.
   *
   * @param photos to look at
   * @param preparation the size and normalisation of images
   */
  public static Builder builder(LabelledImages photos, ImagePreparation preparation) {
    return new Builder(photos, preparation);
  }

  /**
   * Spread, effective rank and share of place of features, with each seed; no share of place of a
   * single photo, which cannot tell it from what the photo shows.
   */
  @Override
  public List<Measured> measure(Candidate candidate) {
    MeasuredValues values = new MeasuredValues();
    DenseFeatures dense = null;
    Map<String, Double> place = Map.of();
    for (int seed = 1; seed <= seeds; seed++) {
      if (dense == null || candidate.seeded()) {
        dense =
            DenseFeatures.of(
                candidate.bySeed().apply(seed),
                photos,
                preparation,
                batch,
                done -> progress.at(candidate.name() + ": features", done, photos.size()));
        place = photos.size() < 2 ? Map.of() : place(dense);
      }
      FeatureHealth health = FeatureHealth.of(LabelledTokens.draw(dense, tokens, seed));
      values.add("spread", health.spread());
      values.add("effective rank", health.effectiveRank());
      place.forEach(values::add);
    }
    return values.of(candidate.name());
  }

  /** Of all tokens, whatever the seed. */
  private static Map<String, Double> place(DenseFeatures dense) {
    INDArray tokens = dense.perImage();
    Map<String, Double> place = new LinkedHashMap<>();
    place.put("share of place", PlaceShare.of(tokens));
    place.put("place by rows", PlaceShare.byRows(tokens, dense.grid()));
    place.put("place by columns", PlaceShare.byColumns(tokens, dense.grid()));
    return place;
  }

  /** Builds a {@link HealthBenchmark}. */
  public static final class Builder extends BenchmarkSettings<Builder> {
    private final LabelledImages photos;
    private final ImagePreparation preparation;
    private int tokens = 20_000;

    private Builder(LabelledImages photos, ImagePreparation preparation) {
      this.photos = photos;
      this.preparation = preparation;
    }

    /** Tokens to draw; default 20,000. */
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
    public HealthBenchmark build() {
      return new HealthBenchmark(this);
    }
  }
}
