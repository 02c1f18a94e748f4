package org.flsl.examples.settings;

import org.flsl.schedules.Scheduled;
import org.flsl.views.Range;

/**
 * Two numbers, written {@code 0.04..0.4}: where a schedule starts and ends, or the smallest and
 * largest value of a random choice. One number alone stands for both.
 */
public record Span(double from, double to) {
  /** A number that stays as it is. */
  public static Span of(double constant) {
    return new Span(constant, constant);
  }

  /** From where to where a value goes. */
  public static Span of(Scheduled value) {
    return new Span(value.start(), value.end());
  }

  /** What a choice lies between. */
  public static Span of(Range choice) {
    return new Span(choice.min(), choice.max());
  }

  /** The schedule from where it starts to where it ends. */
  public Scheduled scheduled() {
    return new Scheduled(from, to);
  }

  /** Whether it is one number. */
  public boolean constant() {
    return from == to;
  }
}
