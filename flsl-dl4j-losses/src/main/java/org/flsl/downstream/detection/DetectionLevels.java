package org.flsl.downstream.detection;

import java.util.List;
import org.flsl.layers.TokenGrid;

/**
 * Where the places of a detector lie in an image, level after level, row by row.
 *
 * @param levels the finest first
 */
public record DetectionLevels(List<Level> levels) {

  /**
   * A map of places.
   *
   * @param stride pixels from one place to the next; the first one is half of that from the edges
   */
  public record Level(double stride, TokenGrid grid) {

    double x(int place) {
      return (place % grid.width() + 0.5) * stride;
    }

    double y(int place) {
      return (place / grid.width() + 0.5) * stride;
    }
  }

  /** Copies the levels. */
  public DetectionLevels {
    levels = List.copyOf(levels);
  }

  /** How many places there are. */
  public int places() {
    return levels.stream().mapToInt(level -> level.grid().tokens()).sum();
  }
}
