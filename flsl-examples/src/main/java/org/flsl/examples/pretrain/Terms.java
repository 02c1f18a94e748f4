package org.flsl.examples.pretrain;

import org.flsl.training.StepMetrics;

/** The objective and its three terms. */
record Terms(double total, double intra, double inter, double volume) {
  static Terms of(StepMetrics metrics) {
    return new Terms(metrics.total(), metrics.intra(), metrics.inter(), metrics.volume());
  }

  static final Terms ZERO = new Terms(0, 0, 0, 0);

  Terms plus(Terms other) {
    return new Terms(
        total + other.total, intra + other.intra, inter + other.inter, volume + other.volume);
  }

  Terms dividedBy(int count) {
    return new Terms(total / count, intra / count, inter / count, volume / count);
  }

  @Override
  public String toString() {
    return "loss %.4f  intra %.4f  inter %.4f  volume %.4f".formatted(total, intra, inter, volume);
  }
}
