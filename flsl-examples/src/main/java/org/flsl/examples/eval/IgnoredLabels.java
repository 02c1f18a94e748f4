package org.flsl.examples.eval;

import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.flsl.examples.command.UserError;

/** What the option {@code --ignore} says: labels of masks that do not count, or none. */
final class IgnoredLabels {
  private static final String NONE = "none";

  private IgnoredLabels() {}

  static Set<Integer> of(List<String> told) {
    return told.stream()
        .filter(label -> !label.equals(NONE))
        .map(IgnoredLabels::label)
        .collect(Collectors.toSet());
  }

  private static Integer label(String text) {
    try {
      return Integer.valueOf(text);
    } catch (NumberFormatException e) {
      throw new UserError("--ignore takes labels such as 11,255, or none, got " + text, e);
    }
  }
}
