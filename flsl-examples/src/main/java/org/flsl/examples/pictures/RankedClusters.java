package org.flsl.examples.pictures;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.flsl.evaluation.KMeans;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * Clusters by size, the largest first, over several photos in common: the order in which they get
 * their colours.
 *
 * @param clusters original numbers of the clusters that occur, the largest first
 * @param sizes how many tokens belong to each of them
 * @param photos for each photo the rank of each token's cluster
 */
public record RankedClusters(List<Integer> clusters, List<Integer> sizes, List<int[]> photos) {

  /**
   * Clusters the tokens of photos with k-means, all together.
   *
   * @param clusters k; clusters are numbered by their rank
   */
  public static RankedClusters kMeans(List<PhotoTokens> photos, int clusters, long seed) {
    INDArray[] units = photos.stream().map(PhotoTokens::units).toArray(INDArray[]::new);
    INDArray all = Nd4j.concat(0, units);
    int[] found = KMeans.fit(all, clusters, seed).assign(all);
    List<int[]> parts = new ArrayList<>();
    int at = 0;
    for (PhotoTokens photo : photos) {
      parts.add(Arrays.copyOfRange(found, at, at + photo.grid().tokens()));
      at += photo.grid().tokens();
    }
    return of(of(parts).photos());
  }

  /**
   * Ranks.
   *
   * @param photos for each photo the cluster of each token
   */
  public static RankedClusters of(List<int[]> photos) {
    Map<Integer, Integer> counts = new HashMap<>();
    for (int[] photo : photos) {
      for (int cluster : photo) {
        counts.merge(cluster, 1, Integer::sum);
      }
    }
    List<Integer> clusters =
        counts.keySet().stream()
            .sorted(
                Comparator.<Integer>comparingInt(counts::get)
                    .reversed()
                    .thenComparing(Comparator.naturalOrder()))
            .toList();
    Map<Integer, Integer> ranks = new HashMap<>();
    IntStream.range(0, clusters.size()).forEach(rank -> ranks.put(clusters.get(rank), rank));
    return new RankedClusters(
        clusters,
        clusters.stream().map(counts::get).toList(),
        photos.stream().map(photo -> Arrays.stream(photo).map(ranks::get).toArray()).toList());
  }

  /** The rank of the cluster of each token of a photo. */
  public int[] ofPhoto(int index) {
    return photos.get(index);
  }

  /** The share of all tokens that the cluster of a rank has. */
  public double share(int rank) {
    return (double) sizes.get(rank) / sizes.stream().mapToInt(Integer::intValue).sum();
  }
}
