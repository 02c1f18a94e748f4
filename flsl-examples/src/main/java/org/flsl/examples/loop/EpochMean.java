package org.flsl.examples.loop;

import org.flsl.examples.run.Terms;

/** The mean of the terms over the epoch that is running. */
public final class EpochMean {
  private Terms sum = Terms.ZERO;
  private int steps;

  public void add(Terms terms) {
    sum = sum.plus(terms);
    steps++;
  }

  /** The mean since the last call. */
  public Terms take() {
    Terms mean = sum.dividedBy(steps);
    sum = Terms.ZERO;
    steps = 0;
    return mean;
  }
}
