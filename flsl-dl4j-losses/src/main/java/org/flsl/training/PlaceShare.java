package org.flsl.training;

import java.util.Arrays;
import org.flsl.layers.TokenGrid;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * How much of what tokens tell is their place in the view.
 *
 * <p>To see whether a training has found the solution without content, in which student and teacher
 * agree on places: compare with the network's random twin. {@code r = variance of the mean token of
 * each place / variance of all tokens}; n images that share nothing but chance have r of about 1/n,
 * which is taken out: {@code (r - 1/n) / (1 - 1/n)}. 1: place is all; 0 (or a little less): it is
 * nothing.
 */
public final class PlaceShare {
  private PlaceShare() {}

  /**
   * Looks at tokens.
   *
   * @param tokens {@code [images, places, width]}, of equally large views
   * @return NaN for a single image or for tokens that are all the same
   */
  public static double of(INDArray tokens) {
    INDArray places = places(tokens);
    double chance = 1.0 / tokens.size(0);
    INDArray centred = centred(places);
    INDArray apart = tokens.sub(places.reshape(1, places.size(0), places.size(1)));
    double between = squares(centred) / centred.length();
    double within = squares(apart) / apart.length();
    return (between / (between + within) - chance) / (1 - chance);
  }

  /**
   * How much of what place explains is how far up it lies: height in the view is what views that
   * are turned over left to right only leave to agree on.
   *
   * <p>{@code variance of the mean token of each row / variance of the mean token of each place}.
   *
   * @param tokens {@code [images, places, width]}
   * @param grid in which the places lie, row by row
   * @return 0 to 1; NaN where all places have the same mean token
   */
  public static double byRows(INDArray tokens, TokenGrid grid) {
    return byLines(tokens, grid, 1);
  }

  /** The same of how far left it lies; what is left over tells places that are more than that. */
  public static double byColumns(INDArray tokens, TokenGrid grid) {
    return byLines(tokens, grid, 0);
  }

  private static double byLines(INDArray tokens, TokenGrid grid, int along) {
    INDArray centred = centred(places(tokens));
    if (tokens.size(1) != grid.tokens()) {
      throw new IllegalArgumentException(
          "%d places do not fill a grid of %d x %d"
              .formatted(tokens.size(1), grid.height(), grid.width()));
    }
    INDArray lines = centred.reshape(grid.height(), grid.width(), tokens.size(2)).mean(along);
    return squares(lines) / lines.length() / (squares(centred) / centred.length());
  }

  /** The mean token of each place. */
  private static INDArray places(INDArray tokens) {
    if (tokens.rank() != 3) {
      throw new IllegalArgumentException(
          "The share of place needs tokens [images, places, width], got "
              + Arrays.toString(tokens.shape()));
    }
    return tokens.mean(0);
  }

  private static INDArray centred(INDArray places) {
    return places.subRowVector(places.mean(0));
  }

  private static double squares(INDArray array) {
    double norm = array.norm2Number().doubleValue();
    return norm * norm;
  }
}
