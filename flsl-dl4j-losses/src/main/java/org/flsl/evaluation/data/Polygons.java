package org.flsl.evaluation.data;

import java.awt.Graphics2D;
import java.awt.RenderingHints;
import java.awt.geom.Path2D;
import java.awt.image.BufferedImage;
import java.awt.image.DataBufferByte;
import java.util.List;

/**
 * An object outlined by one or more polygons; pixels in any of them belong to it.
 *
 * <p>A pixel is inside if its centre is. The COCO API follows the outline on a five times finer
 * grid instead, which can differ in pixels that the outline itself crosses.
 */
final class Polygons implements Shape {

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
    BufferedImage canvas = new BufferedImage(width, height, BufferedImage.TYPE_BYTE_GRAY);
    Graphics2D graphics = canvas.createGraphics();
    graphics.setRenderingHint(RenderingHints.KEY_ANTIALIASING, RenderingHints.VALUE_ANTIALIAS_OFF);
    // Otherwise Java2D moves corners to whole pixels.
    graphics.setRenderingHint(RenderingHints.KEY_STROKE_CONTROL, RenderingHints.VALUE_STROKE_PURE);
    for (double[] polygon : polygons) {
      graphics.fill(path(polygon));
    }
    graphics.dispose();
    byte[] grey = ((DataBufferByte) canvas.getRaster().getDataBuffer()).getData();
    boolean[] inside = new boolean[grey.length];
    for (int i = 0; i < grey.length; i++) {
      inside[i] = grey[i] != 0;
    }
    return new BinaryMask(width, height, inside);
  }

  private static Path2D path(double[] polygon) {
    Path2D path = new Path2D.Double(Path2D.WIND_EVEN_ODD);
    path.moveTo(polygon[0], polygon[1]);
    for (int i = 2; i < polygon.length; i += 2) {
      path.lineTo(polygon[i], polygon[i + 1]);
    }
    path.closePath();
    return path;
  }
}
