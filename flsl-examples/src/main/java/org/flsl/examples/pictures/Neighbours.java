package org.flsl.examples.pictures;

import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * The tokens of other photos that are most like a query: the best one of each photo, best first.
 */
public final class Neighbours {
  private Neighbours() {}

  /**
   * A photo's best token.
   *
   * @param photo index of the photo
   * @param token index of its token
   * @param similarity cosine, at most 1
   */
  public record Neighbour(int photo, int token, double similarity) {}

  /**
   * Searches.
   *
   * @param query {@code [width]}
   * @param count how many to return at most
   */
  public static List<Neighbour> of(INDArray query, List<PhotoTokens> photos, int count) {
    INDArray unit = query.div(query.norm2Number()).reshape(-1, 1);
    return IntStream.range(0, photos.size())
        .mapToObj(photo -> best(photo, photos.get(photo).units().mmul(unit)))
        .sorted(Comparator.comparingDouble(Neighbour::similarity).reversed())
        .limit(count)
        .toList();
  }

  private static Neighbour best(int photo, INDArray similarities) {
    int token = similarities.argMax().getInt(0);
    return new Neighbour(photo, token, similarities.getDouble(token));
  }
}
