package org.flsl.evaluation;

import java.util.List;

/**
 * What every benchmark of classifiers lets one choose, with its default.
 *
 * @param <B> the builder that inherits these
 */
abstract class ClassifierSettings<B extends ClassifierSettings<B>> {
  int seeds = 3;
  int batch = 8;
  int k = NearestNeighbours.K;
  double temperature = NearestNeighbours.TEMPERATURE;
  LinearProbe.Training probe = LinearProbe.training();
  Progress progress = Progress.NONE;

  abstract B self();

  /** How many seeds; default 3. */
  public B seeds(int seeds) {
    this.seeds = seeds;
    return self();
  }

  /** Images per pass through the network; default 8. */
  public B batch(int batch) {
    this.batch = batch;
    return self();
  }

  /** Neighbours that vote and their temperature; default 20 and 0.07. */
  public B neighbours(int k, double temperature) {
    NearestNeighbours.check(k, temperature);
    this.k = k;
    this.temperature = temperature;
    return self();
  }

  /** How the probe is trained. */
  public B probe(LinearProbe.Training probe) {
    this.probe = probe;
    return self();
  }

  /** Hears how far it is. */
  public B progress(Progress progress) {
    this.progress = progress;
    return self();
  }

  static void sameClasses(List<String> train, List<String> test) {
    if (!train.equals(test)) {
      throw new IllegalArgumentException(
          "The classes of the training images, %s, and those of the test images, %s, differ"
              .formatted(train, test));
    }
  }
}
