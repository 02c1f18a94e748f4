package org.flsl.evaluation;

/**
 * What every benchmark lets one choose, with its default.
 *
 * @param <B> the builder that inherits these
 */
abstract class BenchmarkSettings<B extends BenchmarkSettings<B>> {
  int seeds = 3;
  int batch = 8;
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

  /** Hears how far it is. */
  public B progress(Progress progress) {
    this.progress = progress;
    return self();
  }
}
