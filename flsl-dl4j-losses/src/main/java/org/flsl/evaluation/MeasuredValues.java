package org.flsl.evaluation;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Gathers the values of measures, seed after seed. */
public final class MeasuredValues {
  private final Map<String, List<Double>> values = new LinkedHashMap<>();

  /** Takes the value of the next seed. */
  public void add(String measure, double value) {
    values.computeIfAbsent(measure, name -> new ArrayList<>()).add(value);
  }

  /** What was gathered, in the order of the first seed. */
  public List<Measured> of(String features) {
    return values.entrySet().stream()
        .map(entry -> new Measured(entry.getKey(), features, entry.getValue()))
        .toList();
  }
}
