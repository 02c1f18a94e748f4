package org.flsl.evaluation.data;

import org.slf4j.Logger;

/** Counts what of a data set cannot be used, which is no reason to refuse all the rest. */
final class Unusable {
  private int count;
  private String first;

  /**
   * Leaves one out.
   *
   * @param reason names it and says what is wrong
   */
  void add(String reason) {
    if (count++ == 0) {
      first = reason;
    }
  }

  int count() {
    return count;
  }

  /** Why the first one was left out, for messages. */
  String first() {
    return first;
  }

  /**
   * Warns, if there is a reason to.
   *
   * @param what they are, and what becomes of them; counted behind it, as there may be a single one
   */
  void warn(Logger log, Object source, String what, int all) {
    if (count > 0) {
      log.warn("{}: {}: {} of {}, the first: {}", source, what, count, all, first);
    }
  }
}
