package org.flsl.examples.run;

import java.util.List;
import java.util.stream.Stream;

/**
 * What the metrics of a kind of training have for every step, beside its place and time.
 *
 * @param terms of the objective
 * @param figures everything else
 */
public record MetricColumns(List<String> terms, List<String> figures) {

  /** Copies. */
  public MetricColumns {
    terms = List.copyOf(terms);
    figures = List.copyOf(figures);
  }

  /** All columns of the file. */
  List<String> all() {
    return Stream.of(List.of("step", "epoch", "total"), terms, figures, List.of("seconds"))
        .flatMap(List::stream)
        .toList();
  }
}
