package org.flsl.examples.pretrain;

/** The mean of the terms over the epoch that is running. */
final class EpochMean {
  private Terms sum = Terms.ZERO;
  private int steps;

  void add(Terms terms) {
    sum = sum.plus(terms);
    steps++;
  }

  /** The mean since the last call. */
  Terms take() {
    Terms mean = sum.dividedBy(steps);
    sum = Terms.ZERO;
    steps = 0;
    return mean;
  }
}
