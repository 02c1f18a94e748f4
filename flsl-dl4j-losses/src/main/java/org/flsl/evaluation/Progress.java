package org.flsl.evaluation;

/** Hears how far an evaluation is. */
@FunctionalInterface
public interface Progress {

  /** Somebody who does not listen. */
  Progress NONE = (what, done, all) -> {};

  /**
   * Something went on.
   *
   * @param what is being done, for people
   * @param done how much of it
   * @param all when it is finished
   */
  void at(String what, int done, int all);
}
