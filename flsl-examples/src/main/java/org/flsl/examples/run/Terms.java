package org.flsl.examples.run;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * The objective and its terms.
 *
 * @param each by name, unweighted
 */
public record Terms(double total, Map<String, Double> each) {
  public static final Terms ZERO = new Terms(0, Map.of());

  public Terms plus(Terms other) {
    Map<String, Double> sums = new LinkedHashMap<>(each);
    other.each.forEach((term, value) -> sums.merge(term, value, Double::sum));
    return new Terms(total + other.total, sums);
  }

  public Terms dividedBy(int count) {
    Map<String, Double> quotients = new LinkedHashMap<>(each);
    quotients.replaceAll((term, value) -> value / count);
    return new Terms(total / count, quotients);
  }

  /** Each term by its name, such as {@code intra 0.4200}. */
  public String each(String format, String between) {
    return each.entrySet().stream()
        .map(term -> term.getKey() + " " + format.formatted(term.getValue()))
        .collect(Collectors.joining(between));
  }

  @Override
  public String toString() {
    return "loss %.4f  %s".formatted(total, each("%.4f", "  "));
  }
}
