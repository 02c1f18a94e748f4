package org.flsl.evaluation;

import java.util.List;
import java.util.function.LongFunction;
import org.flsl.evaluation.data.ImageSize;
import org.flsl.views.ViewConfig;

/**
 * Features that are measured beside others.
 *
 * @param name what to call them
 * @param bySeed the features for a seed of the evaluation
 * @param seeded whether they differ between seeds; if not, they are computed once
 * @param size the size of images that they are made for
 * @param training channels, means and standard deviations of the images that they are made for
 */
public record Candidate(
    String name,
    LongFunction<FeatureExtractor> bySeed,
    boolean seeded,
    ImageSize size,
    ViewConfig training) {

  /** Of networks that do not tell which size of images they are made for. */
  private static final ImageSize USUAL = new ImageSize(224, 224);

  /** The same features with every seed, of colours that are normalised as in the paper. */
  public static Candidate of(String name, FeatureExtractor features) {
    return new Candidate(name, seed -> features, false, USUAL, ViewConfig.paper());
  }

  /** A network, with its channels and the usual means and standard deviations for them. */
  public static Candidate of(GraphFeatures model) {
    return of(model, ViewConfig.builder().channels(model.channels()).build());
  }

  /** A network whose images are normalised as in its training. */
  public static Candidate of(GraphFeatures model, ViewConfig training) {
    return new Candidate("model", seed -> model, false, sizeOf(model), training);
  }

  private static ImageSize sizeOf(GraphFeatures model) {
    return model.trainingSize().orElseGet(() -> model.fit(USUAL));
  }

  /**
   * A network, its random twins (fresh weights with every seed) and raw pixels on the same grid:
   * the three without which a number means little.
   */
  public static List<Candidate> withBaselines(GraphFeatures model, ImageSize size) {
    return withBaselines(of(model), model, size);
  }

  /**
   * The same for images of the size that the network is made for, normalised as in its training.
   */
  public static List<Candidate> withBaselines(GraphFeatures model, ViewConfig training) {
    return withBaselines(of(model, training), model, sizeOf(model));
  }

  private static List<Candidate> withBaselines(
      Candidate candidate, GraphFeatures model, ImageSize size) {
    FeatureExtractor pixels = MultiScale.of(RawPixels.like(model, size), model.reading().scales());
    return List.of(
        candidate,
        candidate.like("random twin", seed -> RandomTwin.of(model, seed), true),
        candidate.like("raw pixels", seed -> pixels, false));
  }

  /** Other features of the same images. */
  private Candidate like(String other, LongFunction<FeatureExtractor> features, boolean differ) {
    return new Candidate(other, features, differ, size, training);
  }

  /** The features for the first seed. */
  public FeatureExtractor features() {
    return bySeed.apply(1);
  }

  /** Brings images to the size that the features are made for. */
  public ImagePreparation preparation() {
    return preparation(size);
  }

  /** Brings images to another size, with the channels and the normalisation of the training. */
  public ImagePreparation preparation(ImageSize other) {
    return new ImagePreparation(other, training);
  }
}
