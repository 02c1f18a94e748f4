package org.flsl.layers.vit;

import java.util.List;
import java.util.SplittableRandom;
import org.flsl.layers.TokenGrid;
import org.flsl.layers.samediff.Definition;

/**
 * Sine-cosine positions of coordinates that are shifted and scaled at random, for each image and
 * view anew.
 *
 * <p>Which tokens are neighbours stays known. Where in the view they lie does not, as far as their
 * coordinates alone tell; a network that compares all of a view's finds it out again.
 *
 * @param base the grid in whose coordinates every view is laid out
 * @param views the grid of each view
 * @param leading tokens in front of each view, which get no position
 * @param width C
 * @param jitter shifts by up to this many base grids and scales by up to {@code exp(0.4 jitter)},
 *     either way
 */
record JitteredPositions(
    TokenGrid base, List<TokenGrid> views, int leading, int width, double jitter)
    implements Definition.ExampleDraw {
  private static final double LOG_SCALE = 0.4;

  @Override
  public void write(SplittableRandom random, float[] values, int offset) {
    int at = offset;
    for (TokenGrid view : views) {
      double scale = Math.exp(LOG_SCALE * either(random));
      double[][] across = axis(view.width(), base.width(), either(random), scale);
      double[][] down = axis(view.height(), base.height(), either(random), scale);
      at += leading * width;
      for (int token = 0; token < view.tokens(); token++) {
        at = copy(across[token % view.width()], values, at);
        at = copy(down[token / view.width()], values, at);
      }
    }
  }

  /** Scaled about the middle of the base grid, about which shifts are even. */
  private double[][] axis(int tokens, int baseTokens, double shift, double scale) {
    double middle = (baseTokens - 1) / 2.0;
    return SinCosPositions.axis(
        tokens,
        width,
        token ->
            middle
                + ((token + 0.5) / tokens * baseTokens - 0.5 - middle + shift * baseTokens)
                    * scale);
  }

  /** Uniform in plus or minus the jitter. */
  private double either(SplittableRandom random) {
    return jitter * (2 * random.nextDouble() - 1);
  }

  private static int copy(double[] from, float[] to, int at) {
    for (int i = 0; i < from.length; i++) {
      to[at + i] = (float) from[i];
    }
    return at + from.length;
  }
}
