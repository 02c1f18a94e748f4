package org.flsl.evaluation;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.stream.IntStream;
import org.jgrapht.alg.matching.KuhnMunkresMinimalWeightBipartitePerfectMatching;
import org.jgrapht.graph.DefaultWeightedEdge;
import org.jgrapht.graph.SimpleWeightedGraph;

/**
 * Gives every cluster a class of its own, so that as many pixels as possible are right (Hungarian
 * matching).
 *
 * <p>Where there are more clusters than classes, those left over get none: their pixels count as
 * wrong. Where there are fewer, some classes are never predicted.
 */
final class ClusterMatching {

  /** The class of a cluster that gets none. */
  public static final int NONE = -1;

  private ClusterMatching() {}

  /**
   * Matches.
   *
   * @param counts classes against clusters
   * @return the class of each cluster, or {@link #NONE}
   */
  public static int[] classes(ConfusionMatrix counts) {
    int side = Math.max(counts.classes(), counts.predictions());
    // A perfect matching needs as many rows as columns: those that are missing cost nothing.
    SimpleWeightedGraph<Integer, DefaultWeightedEdge> graph =
        new SimpleWeightedGraph<>(DefaultWeightedEdge.class);
    List<Integer> rows = new ArrayList<>();
    List<Integer> columns = new ArrayList<>();
    for (int i = 0; i < side; i++) {
      rows.add(i);
      columns.add(side + i);
      graph.addVertex(i);
      graph.addVertex(side + i);
    }
    for (int row = 0; row < side; row++) {
      for (int column = 0; column < side; column++) {
        boolean real = row < counts.classes() && column < counts.predictions();
        DefaultWeightedEdge edge = graph.addEdge(row, side + column);
        graph.setEdgeWeight(edge, real ? -counts.count(row, column) : 0);
      }
    }
    int[] classes = new int[counts.predictions()];
    Arrays.fill(classes, NONE);
    var matching =
        new KuhnMunkresMinimalWeightBipartitePerfectMatching<>(
                graph, new HashSet<>(rows), new HashSet<>(columns))
            .getMatching();
    for (DefaultWeightedEdge edge : matching) {
      int row = graph.getEdgeSource(edge);
      int column = graph.getEdgeTarget(edge) - side;
      // A class that does not occur is as good as none, and no cluster is it.
      if (row < counts.classes() && column < counts.predictions() && occurs(counts, row)) {
        classes[column] = row;
      }
    }
    return classes;
  }

  private static boolean occurs(ConfusionMatrix counts, int row) {
    return IntStream.range(0, counts.predictions()).anyMatch(i -> counts.count(row, i) > 0);
  }

  /**
   * The scores of the best matching: clusters renamed to classes.
   *
   * @return classes against classes, with a last column more for clusters that have none
   */
  public static ConfusionMatrix matched(ConfusionMatrix counts) {
    int[] classes = classes(counts);
    ConfusionMatrix matched = new ConfusionMatrix(counts.classes(), counts.classes() + 1);
    for (int truth = 0; truth < counts.classes(); truth++) {
      for (int cluster = 0; cluster < counts.predictions(); cluster++) {
        int prediction = classes[cluster] == NONE ? counts.classes() : classes[cluster];
        matched.add(truth, prediction, counts.count(truth, cluster));
      }
    }
    return matched;
  }
}
