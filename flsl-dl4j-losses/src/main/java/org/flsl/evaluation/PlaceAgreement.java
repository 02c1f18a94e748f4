package org.flsl.evaluation;

import java.util.HashMap;
import java.util.Map;

/**
 * How much of a clustering is the place of what is clustered: {@code I(cluster; place) /
 * H(cluster)}.
 *
 * <p>What chance alone makes of n draws, {@code (clusters - 1)(places - 1) / 2n}, is taken out of
 * I.
 */
final class PlaceAgreement {
  private final Map<Integer, Map<Integer, Integer>> counts = new HashMap<>();
  private final Map<Integer, Integer> places = new HashMap<>();
  private long draws;

  /** Counts one. */
  void add(int cluster, int place) {
    counts.computeIfAbsent(cluster, c -> new HashMap<>()).merge(place, 1, Integer::sum);
    places.merge(place, 1, Integer::sum);
    draws++;
  }

  /** From 0, place tells nothing, to 1, place tells the cluster; 0 for a single cluster. */
  double share() {
    double entropy = 0;
    double information = 0;
    for (Map<Integer, Integer> cluster : counts.values()) {
      double size = cluster.values().stream().mapToInt(Integer::intValue).sum();
      entropy -= size / draws * Math.log(size / draws);
      for (Map.Entry<Integer, Integer> both : cluster.entrySet()) {
        double joint = both.getValue();
        information += joint / draws * Math.log(joint * draws / (size * places.get(both.getKey())));
      }
    }
    double chance = (counts.size() - 1) * (places.size() - 1) / (2.0 * draws);
    return entropy > 0 ? Math.max(0, information - chance) / entropy : 0;
  }
}
