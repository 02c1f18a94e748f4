package org.flsl.evaluation;

import java.util.Arrays;

/**
 * The k keys so far that are most like a query, best first; of equal ones, those that came first.
 */
public final class Nearest {
  private final float[] cosines;
  private final int[] keys;

  /**
   * None so far.
   *
   * @param k how many are kept, at least 1
   */
  public Nearest(int k) {
    if (k < 1) {
      throw new IllegalArgumentException("Nearest: at least one key is kept, got " + k);
    }
    cosines = new float[k];
    keys = new int[k];
    Arrays.fill(cosines, Float.NEGATIVE_INFINITY);
  }

  /**
   * Takes those of some keys that are better than the worst so far.
   *
   * @param values the cosine of each
   * @param firstKey the number of the first; the others follow
   */
  public void offer(float[] values, int firstKey) {
    float worst = worst();
    for (int i = 0; i < values.length; i++) {
      if (values[i] > worst) {
        insert(values[i], firstKey + i);
        worst = worst();
      }
    }
  }

  /**
   * The same for several at once, in one run through the values.
   *
   * @param counted which of all keys each takes into account
   */
  static void offer(Nearest[] several, float[] values, boolean[][] counted, int firstKey) {
    float worst = worst(several);
    for (int i = 0; i < values.length; i++) {
      if (values[i] > worst) {
        for (int each = 0; each < several.length; each++) {
          if (counted[each][firstKey + i] && values[i] > several[each].worst()) {
            several[each].insert(values[i], firstKey + i);
          }
        }
        worst = worst(several);
      }
    }
  }

  private static float worst(Nearest[] several) {
    float worst = several[0].worst();
    for (Nearest each : several) {
      worst = Math.min(worst, each.worst());
    }
    return worst;
  }

  private float worst() {
    return cosines[cosines.length - 1];
  }

  private void insert(float value, int key) {
    int place = cosines.length - 1;
    while (place > 0 && cosines[place - 1] < value) {
      cosines[place] = cosines[place - 1];
      keys[place] = keys[place - 1];
      place--;
    }
    cosines[place] = value;
    keys[place] = key;
  }

  /** The key in a place, from 0. */
  public int key(int place) {
    return keys[place];
  }

  /**
   * {@code exp((cosine - best cosine) / temperature)} of each place: relative to the best, so that
   * nothing overflows. Places left empty weigh nothing.
   */
  public double[] weights(double temperature) {
    double[] weights = new double[cosines.length];
    Arrays.setAll(weights, i -> Math.exp((cosines[i] - cosines[0]) / temperature));
    return weights;
  }
}
