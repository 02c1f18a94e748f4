package org.flsl.evaluation;

import java.util.List;
import java.util.function.LongFunction;
import org.flsl.evaluation.data.ImageSize;

/**
 * Features that are measured beside others.
 *
 * @param name what to call them
 * @param bySeed the features for a seed of the evaluation
 * @param seeded whether they differ between seeds; if not, they are computed once
 */
public record Candidate(String name, LongFunction<FeatureExtractor> bySeed, boolean seeded) {

  /** The same features with every seed. */
  public static Candidate of(String name, FeatureExtractor features) {
    return new Candidate(name, seed -> features, false);
  }

  /**
   * A network, its random twins (fresh weights with every seed) and raw pixels on the same grid:
   * the three without which a number means little.
   */
  public static List<Candidate> withBaselines(GraphFeatures model, ImageSize size) {
    return List.of(
        of("model", model),
        new Candidate("random twin", seed -> RandomTwin.of(model, seed), true),
        of("raw pixels", RawPixels.like(model, size)));
  }
}
