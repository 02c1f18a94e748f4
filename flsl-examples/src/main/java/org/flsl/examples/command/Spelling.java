package org.flsl.examples.command;

import java.util.Collection;
import java.util.Comparator;
import java.util.Optional;
import org.apache.commons.text.similarity.JaroWinklerSimilarity;

/** Guesses what somebody meant who wrote a name that there is not. */
public final class Spelling {
  private static final double ALIKE = 0.8;

  private Spelling() {}

  /** "did you mean ...?", where one of the names is much like what was written. */
  public static Optional<String> advice(String written, Collection<String> names) {
    JaroWinklerSimilarity similarity = new JaroWinklerSimilarity();
    return names.stream()
        .filter(name -> similarity.apply(written, name) >= ALIKE)
        .max(Comparator.comparingDouble(name -> similarity.apply(written, name)))
        .map(name -> "did you mean '" + name + "'?");
  }
}
