package org.flsl.evaluation.measures;

import org.flsl.evaluation.Benchmark;
import org.flsl.evaluation.HealthBenchmark;
import org.flsl.evaluation.Measure;
import org.flsl.evaluation.MeasuredImages;
import org.flsl.evaluation.data.LabelledImages;
import org.flsl.evaluation.data.Photos;

/** {@link HealthBenchmark} of at most 256 photos with one seed: needs no labels. */
public final class Health extends Measure {
  private static final int PHOTOS = 256;

  /** For the service loader. */
  public Health() {
    super(
        "health",
        "Are features alive? Spread, effective rank and share of place of the tokens. Needs any"
            + " photos.");
  }

  @Override
  public Benchmark on(MeasuredImages images) {
    LabelledImages photos = images.readable().of(Photos.in(images.folder()).atMost(PHOTOS));
    return candidate ->
        HealthBenchmark.builder(photos, candidate.preparation())
            .seeds(1)
            .build()
            .measure(candidate);
  }
}
