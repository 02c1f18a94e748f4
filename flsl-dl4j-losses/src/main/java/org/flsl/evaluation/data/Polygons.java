package org.flsl.evaluation.data;

import java.util.List;

/**
 * An object outlined by one or more polygons; pixels in any of them belong to it.
 *
 * <p>Drawn as the COCO API does it, pixel by pixel: along the outline on a grid five times finer.
 */
final class Polygons implements Shape {

  private static final double FINER = 5;

  private final List<double[]> polygons;

  /**
   * Takes polygons; those without an area, which outline nothing, are left out.
   *
   * @param polygons each {@code x1, y1, x2, y2, …}, in pixels from the left upper corner
   * @throws IllegalArgumentException if one has an odd number of numbers, or none has an area
   */
  Polygons(List<double[]> polygons) {
    for (double[] polygon : polygons) {
      if (polygon.length % 2 != 0) {
        throw new IllegalArgumentException("a polygon of " + polygon.length + " numbers");
      }
    }
    this.polygons = polygons.stream().filter(Polygons::hasArea).toList();
    if (this.polygons.isEmpty()) {
      throw new IllegalArgumentException(
          "a polygon without area (%d numbers)".formatted(polygons.get(0).length));
    }
  }

  /** A box. */
  static Polygons rectangle(double left, double top, double right, double bottom) {
    return new Polygons(List.of(new double[] {left, top, right, top, right, bottom, left, bottom}));
  }

  /** Not so where all corners lie on a line. */
  private static boolean hasArea(double[] polygon) {
    for (int i = 4; i + 1 < polygon.length; i += 2) {
      double cross =
          (polygon[i - 2] - polygon[0]) * (polygon[i + 1] - polygon[1])
              - (polygon[i - 1] - polygon[1]) * (polygon[i] - polygon[0]);
      if (cross != 0) {
        return true;
      }
    }
    return false;
  }

  @Override
  public boolean fits(int width, int height) {
    return true;
  }

  @Override
  public double[] bounds() {
    double[] bounds = {
      Double.POSITIVE_INFINITY,
      Double.POSITIVE_INFINITY,
      Double.NEGATIVE_INFINITY,
      Double.NEGATIVE_INFINITY
    };
    for (double[] polygon : polygons) {
      for (int i = 0; i < polygon.length; i++) {
        bounds[i % 2] = Math.min(bounds[i % 2], polygon[i]);
        bounds[2 + i % 2] = Math.max(bounds[2 + i % 2], polygon[i]);
      }
    }
    return bounds;
  }

  @Override
  public BinaryMask rasterise(int width, int height) {
    boolean[] inside = new boolean[width * height];
    for (double[] polygon : polygons) {
      fill(polygon, width, height, inside);
    }
    return new BinaryMask(width, height, inside);
  }

  /** Column by column each point where the outline is crossed changes inside and outside. */
  private static void fill(double[] polygon, int width, int height, boolean[] inside) {
    boolean[] crossed = new boolean[width * height + 1];
    Crossings crossings = new Crossings(width, height, crossed);
    int last = polygon.length - 2;
    for (int i = 0; i < polygon.length; i += 2) {
      int next = i == last ? 0 : i + 2;
      crossings.follow(
          fine(polygon[i]), fine(polygon[i + 1]), fine(polygon[next]), fine(polygon[next + 1]));
    }
    boolean isInside = false;
    for (int i = 0; i < width * height; i++) {
      isInside ^= crossed[i];
      inside[i % height * width + i / height] |= isInside;
    }
  }

  private static int fine(double coordinate) {
    return (int) (FINER * coordinate + 0.5);
  }

  /** Follows the outline point by point on the finer grid. */
  private static final class Crossings {
    private final int width;
    private final int height;
    private final boolean[] crossed;
    private boolean begun;
    private int x;
    private int y;

    Crossings(int width, int height, boolean[] crossed) {
      this.width = width;
      this.height = height;
      this.crossed = crossed;
    }

    void follow(int fromX, int fromY, int toX, int toY) {
      int across = Math.abs(toX - fromX);
      int down = Math.abs(toY - fromY);
      boolean flat = across >= down;
      boolean backwards = flat ? fromX > toX : fromY > toY;
      int startX = backwards ? toX : fromX;
      int startY = backwards ? toY : fromY;
      int endX = backwards ? fromX : toX;
      int endY = backwards ? fromY : toY;
      int steps = Math.max(across, down);
      double slope = flat ? (double) (endY - startY) / across : (double) (endX - startX) / down;
      for (int step = 0; step <= steps; step++) {
        int t = backwards ? steps - step : step;
        if (flat) {
          move(startX + t, (int) (startY + slope * t + 0.5));
        } else {
          move((int) (startX + slope * t + 0.5), startY + t);
        }
      }
    }

    private void move(int toX, int toY) {
      if (begun && toX != x) {
        double column = ((x < toX ? toX - 1 : toX) + 0.5) / FINER - 0.5;
        if (Math.floor(column) == column && column >= 0 && column <= width - 1) {
          double row = (Math.min(toY, y) + 0.5) / FINER - 0.5;
          int pixel = (int) Math.ceil(Math.max(0, Math.min(height, row)));
          crossed[(int) column * height + pixel] ^= true;
        }
      }
      begun = true;
      x = toX;
      y = toY;
    }
  }
}
