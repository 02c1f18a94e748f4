package org.flsl.examples.pretrain;

/**
 * Two numbers, written {@code 0.04..0.4}: where a schedule starts and ends, or the smallest and
 * largest value of a random choice. One number alone stands for both.
 */
public record Span(double from, double to) {
  public static Span of(double constant) {
    return new Span(constant, constant);
  }

  public boolean constant() {
    return from == to;
  }
}
