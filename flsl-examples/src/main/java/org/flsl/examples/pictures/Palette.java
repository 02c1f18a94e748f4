package org.flsl.examples.pictures;

import java.awt.Color;
import java.util.List;

/**
 * Colours that people who see colours differently can tell apart as well: Okabe and Ito's for
 * clusters, a scale from dark to bright (matplotlib's inferno) for weights.
 */
public final class Palette {
  private static final List<Color> CLUSTERS =
      List.of(
          new Color(0x56B4E9),
          new Color(0xE69F00),
          new Color(0x009E73),
          new Color(0xF0E442),
          new Color(0x0072B2),
          new Color(0xD55E00),
          new Color(0xCC79A7),
          new Color(0x555555),
          // Further ones are Paul Tol's.
          new Color(0x332288),
          new Color(0x999933),
          new Color(0x882255),
          new Color(0x88CCEE));

  private static final int[] WEIGHTS = {
    0x000004, 0x1B0C41, 0x4A0C6B, 0x781C6D, 0xA52C60, 0xCF4446, 0xED6925, 0xFB9B06, 0xF7D13D,
    0xFCFFA4
  };

  private static final Color OTHERS = new Color(0xD0D0D0);

  private Palette() {}

  /** How many clusters have a colour of their own. */
  public static int clusters() {
    return CLUSTERS.size();
  }

  /** The colour of a cluster; all that have none of their own are light grey. */
  public static Color cluster(int index) {
    return index < CLUSTERS.size() ? CLUSTERS.get(index) : OTHERS;
  }

  /** The colour of a weight between 0 and 1, dark to bright, as {@code 0xRRGGBB}. */
  public static int weight(double weight) {
    double at = Math.max(0, Math.min(1, weight)) * (WEIGHTS.length - 1);
    int below = (int) Math.min(at, WEIGHTS.length - 2);
    return mixed(WEIGHTS[below], WEIGHTS[below + 1], at - below);
  }

  /** A colour between two, {@code share} of the second. */
  static int mixed(int first, int second, double share) {
    int mixed = 0;
    for (int shift = 0; shift <= 16; shift += 8) {
      double value = (1 - share) * (first >> shift & 0xff) + share * (second >> shift & 0xff);
      mixed |= (int) Math.round(value) << shift;
    }
    return mixed;
  }
}
