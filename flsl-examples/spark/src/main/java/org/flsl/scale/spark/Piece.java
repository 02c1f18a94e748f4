package org.flsl.scale.spark;

import java.io.Serializable;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import java.util.stream.StreamSupport;
import org.flsl.training.StepMetrics;

/**
 * A part of what a worker has after a round: a stretch of its state, or what its steps were like.
 *
 * @param worker whose it is, from 0
 * @param values a stretch of the state; empty beside figures
 * @param told of each step; empty beside values
 * @param unreadable images that cannot be read
 */
record Piece(int worker, float[] values, List<StepMetrics> told, Set<Integer> unreadable)
    implements Serializable {

  /** A stretch of a worker's state: number {@code stretch} of as many of about the same length. */
  static Piece ofState(int worker, float[] state, int stretch, int stretches) {
    int from = (int) ((long) state.length * stretch / stretches);
    int to = (int) ((long) state.length * (stretch + 1) / stretches);
    float[] values = new float[to - from];
    System.arraycopy(state, from, values, 0, values.length);
    return new Piece(worker, values, List.of(), Set.of());
  }

  static Piece ofFigures(int worker, List<StepMetrics> told, Set<Integer> unreadable) {
    return new Piece(worker, new float[0], told, unreadable);
  }

  /** The mean over workers, added up in their order, so that the same always gives the same. */
  static Piece mean(Iterable<Piece> ofWorkers) {
    List<Piece> pieces =
        StreamSupport.stream(ofWorkers.spliterator(), false)
            .sorted(Comparator.comparingInt(Piece::worker))
            .toList();
    Piece first = pieces.get(0);
    float[] mean = new float[first.values.length];
    for (int i = 0; i < mean.length; i++) {
      double sum = 0;
      for (Piece piece : pieces) {
        sum += piece.values[i];
      }
      mean[i] = (float) (sum / pieces.size());
    }
    List<StepMetrics> told =
        IntStream.range(0, first.told.size())
            .mapToObj(step -> StepMetrics.mean(pieces.stream().map(p -> p.told.get(step)).toList()))
            .toList();
    Set<Integer> unreadable = new HashSet<>();
    pieces.forEach(piece -> unreadable.addAll(piece.unreadable));
    return new Piece(-1, mean, new ArrayList<>(told), unreadable);
  }
}
