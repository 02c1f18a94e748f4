package org.flsl.arbiter.sweep;

import java.util.List;
import java.util.OptionalDouble;
import org.deeplearning4j.arbiter.optimize.api.ParameterSpace;
import org.flsl.examples.settings.Setting;

/**
 * A setting that is searched.
 *
 * @param logarithmic whether its orders of magnitude count
 * @param values those of a discrete one; empty for a range
 */
record Axis(Setting<?> setting, ParameterSpace<?> space, boolean logarithmic, List<String> values) {

  String name() {
    return setting.name();
  }

  /** Where a value stands on this axis, as a number; empty where there is none. */
  OptionalDouble position(String value) {
    if (value == null) {
      return OptionalDouble.empty();
    }
    if (!isNumeric()) {
      int index = values.indexOf(value);
      return index < 0 ? OptionalDouble.empty() : OptionalDouble.of(index);
    }
    try {
      return OptionalDouble.of(Double.parseDouble(value));
    } catch (NumberFormatException e) {
      return OptionalDouble.empty();
    }
  }

  /** Whether its values are numbers, and not names or spans. */
  boolean isNumeric() {
    return values.stream().allMatch(Axis::isNumber);
  }

  private static boolean isNumber(String value) {
    try {
      Double.parseDouble(value);
      return true;
    } catch (NumberFormatException e) {
      return false;
    }
  }
}
