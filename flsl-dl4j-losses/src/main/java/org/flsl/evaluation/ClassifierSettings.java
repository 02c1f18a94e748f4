package org.flsl.evaluation;

import java.util.List;

/**
 * What benchmarks of classifiers let one choose besides, with its default.
 *
 * @param <B> the builder that inherits these
 */
abstract class ClassifierSettings<B extends ClassifierSettings<B>> extends BenchmarkSettings<B> {
  int k = NearestNeighbours.K;
  double temperature = NearestNeighbours.TEMPERATURE;
  LinearProbe.Training probe = LinearProbe.training();

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

  static void sameClasses(List<String> train, List<String> test) {
    if (!train.equals(test)) {
      throw new IllegalArgumentException(
          "The classes of the training images, %s, and those of the test images, %s, differ"
              .formatted(train, test));
    }
  }
}
