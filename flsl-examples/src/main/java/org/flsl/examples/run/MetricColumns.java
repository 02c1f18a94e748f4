package org.flsl.examples.run;

import java.util.HashSet;
import java.util.List;
import java.util.ServiceConfigurationError;
import java.util.Set;
import java.util.stream.Stream;

/**
 * What the metrics of a kind of training have for every step, beside its place and time.
 *
 * @param terms of the objective
 * @param figures everything else
 */
public record MetricColumns(List<String> terms, List<String> figures) {

  /**
   * Copies.
   *
   * @throws ServiceConfigurationError if a name comes twice, which only a plug-in brings about
   */
  public MetricColumns {
    terms = List.copyOf(terms);
    figures = List.copyOf(figures);
    Set<String> names = new HashSet<>();
    for (String name : all(terms, figures)) {
      if (!names.add(name)) {
        throw new ServiceConfigurationError(
            "metrics.csv has two columns called %s; another name for a loss term is needed"
                .formatted(name));
      }
    }
  }

  /** All columns of the file. */
  List<String> all() {
    return all(terms, figures);
  }

  private static List<String> all(List<String> terms, List<String> figures) {
    return Stream.of(List.of("step", "epoch", "total"), terms, figures, List.of("seconds"))
        .flatMap(List::stream)
        .toList();
  }
}
