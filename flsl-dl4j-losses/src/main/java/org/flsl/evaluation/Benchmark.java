package org.flsl.evaluation;

import java.util.List;

/**
 * Measures features: a network, its random twin or raw pixels go in, named values come out.
 *
 * <p>Everything else, images, labels and settings, it has already. The command and programs measure
 * whatever they are given through this; {@link Measure} finds those that have a name.
 */
@FunctionalInterface
public interface Benchmark {

  /**
   * Measures.
   *
   * @return what was found, always under the same names and in the same order
   */
  List<Measured> measure(Candidate candidate);
}
