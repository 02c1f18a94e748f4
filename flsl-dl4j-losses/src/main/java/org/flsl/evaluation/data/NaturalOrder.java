package org.flsl.evaluation.data;

import java.util.Comparator;
import java.util.regex.Pattern;

/** The order in which people count: {@code 2.jpg} comes before {@code 10.jpg}. */
final class NaturalOrder {
  private static final Pattern NUMBER = Pattern.compile("[0-9]+");

  /** More digits than any number in a name has. */
  private static final int DIGITS = 255;

  static final Comparator<String> OF_NAMES =
      Comparator.comparing(NaturalOrder::padded).thenComparing(Comparator.naturalOrder());

  private NaturalOrder() {}

  private static String padded(String name) {
    return NUMBER
        .matcher(name)
        .replaceAll(number -> "0".repeat(DIGITS - number.group().length()) + number.group());
  }
}
