package org.flsl.examples.pictures;

import org.flsl.layers.TokenGrid;

/** How a value for each token becomes a value for each pixel. */
public enum Upsampling {
  /** A cubic B-spline: soft, and never beyond the values of the tokens. */
  SMOOTH {
    @Override
    double weight(double distance) {
      double d = Math.abs(distance);
      if (d < 1) {
        return (4 - 6 * d * d + 3 * d * d * d) / 6;
      }
      return d < 2 ? (2 - d) * (2 - d) * (2 - d) / 6 : 0;
    }
  },

  /** Every token is a crisp cell of one value. */
  CELLS {
    @Override
    double weight(double distance) {
      return -0.5 < distance && distance <= 0.5 ? 1 : 0;
    }
  };

  private static final int TAPS = 4;

  /** The share of a token in a pixel, {@code distance} tokens away along one axis. */
  abstract double weight(double distance);

  /**
   * Resamples.
   *
   * @param values one for each token
   * @return one for each pixel, row by row
   */
  public float[] pixels(float[] values, TokenGrid grid, int height, int width) {
    float[] wide = new float[grid.height() * width];
    for (int x = 0; x < width; x++) {
      double centre = (x + 0.5) * grid.width() / width - 0.5;
      for (int tap = first(centre); tap < first(centre) + TAPS; tap++) {
        float weight = (float) weight(tap - centre);
        int from = clamp(tap, grid.width());
        for (int y = 0; weight != 0 && y < grid.height(); y++) {
          wide[y * width + x] += weight * values[y * grid.width() + from];
        }
      }
    }
    float[] pixels = new float[height * width];
    for (int y = 0; y < height; y++) {
      double centre = (y + 0.5) * grid.height() / height - 0.5;
      for (int tap = first(centre); tap < first(centre) + TAPS; tap++) {
        float weight = (float) weight(tap - centre);
        int from = clamp(tap, grid.height());
        for (int x = 0; weight != 0 && x < width; x++) {
          pixels[y * width + x] += weight * wide[from * width + x];
        }
      }
    }
    return pixels;
  }

  private static int first(double centre) {
    return (int) Math.floor(centre) - 1;
  }

  /** Beyond the border the outermost token goes on. */
  private static int clamp(int index, int count) {
    return Math.max(0, Math.min(count - 1, index));
  }
}
