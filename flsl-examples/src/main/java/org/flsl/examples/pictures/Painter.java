package org.flsl.examples.pictures;

import java.awt.BasicStroke;
import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.RenderingHints;
import java.awt.geom.Ellipse2D;
import java.awt.image.BufferedImage;
import java.util.Arrays;
import org.flsl.layers.TokenGrid;
import org.flsl.views.pixels.BicubicResize;
import org.flsl.views.pixels.CropBox;
import org.flsl.views.pixels.Image;
import org.flsl.views.pixels.RgbImage;

/**
 * Draws what was found about a photo's tokens, in the shape of the photo.
 *
 * <p>All pictures of a photo have the same size, so that they can stand side by side.
 */
public final class Painter {
  /** How much of the photo shines through a map of clusters. */
  private static final double SHADE = 0.25;

  /** Pixels are drawn at twice their number, so that the borders of clusters are smooth. */
  private static final int FINER = 2;

  private final int longerSide;
  private final Upsampling upsampling;
  private final BicubicResize resize = new BicubicResize();

  /**
   * @param longerSide of the pictures, in pixels
   */
  public Painter(int longerSide, Upsampling upsampling) {
    this.longerSide = longerSide;
    this.upsampling = upsampling;
  }

  /** The photo itself. */
  public BufferedImage photo(Image photo) {
    RgbImage sized = sized(photo);
    BufferedImage picture = empty(sized);
    for (int y = 0; y < sized.height(); y++) {
      for (int x = 0; x < sized.width(); x++) {
        picture.setRGB(
            x, y, sized.value(x, y, 0) << 16 | sized.value(x, y, 1) << 8 | sized.value(x, y, 2));
      }
    }
    return picture;
  }

  /**
   * A map of clusters over the photo's light and shade.
   *
   * @param clusters the cluster of each token, by which {@link Palette#cluster} gives its colour
   */
  public BufferedImage clusters(PhotoTokens photo, int[] clusters) {
    RgbImage sized = sized(photo.photo());
    BufferedImage picture = empty(sized);
    int[] fine = fineClusters(clusters, photo.grid(), picture);
    int width = picture.getWidth();
    for (int y = 0; y < picture.getHeight(); y++) {
      for (int x = 0; x < width; x++) {
        int red = 0;
        int green = 0;
        int blue = 0;
        for (int i = 0; i < FINER * FINER; i++) {
          int at = (FINER * y + i / FINER) * FINER * width + FINER * x + i % FINER;
          Color colour = Palette.cluster(fine[at]);
          red += colour.getRed();
          green += colour.getGreen();
          blue += colour.getBlue();
        }
        int n = FINER * FINER;
        int colour = red / n << 16 | green / n << 8 | blue / n;
        picture.setRGB(x, y, Palette.mixed(colour, grey(sized, x, y), SHADE));
      }
    }
    return picture;
  }

  /** The cluster with the largest share of each of {@link #FINER} squared points of a pixel. */
  private int[] fineClusters(int[] clusters, TokenGrid grid, BufferedImage picture) {
    int height = FINER * picture.getHeight();
    int width = FINER * picture.getWidth();
    int[] largest = new int[height * width];
    float[] share = new float[height * width];
    for (int cluster : Arrays.stream(clusters).distinct().toArray()) {
      float[] members = new float[clusters.length];
      for (int i = 0; i < members.length; i++) {
        members[i] = clusters[i] == cluster ? 1 : 0;
      }
      float[] shares = upsampling.pixels(members, grid, height, width);
      for (int i = 0; i < shares.length; i++) {
        if (shares[i] > share[i]) {
          share[i] = shares[i];
          largest[i] = cluster;
        }
      }
    }
    return largest;
  }

  /**
   * Weights as brightness and heat over the photo in grey.
   *
   * @param weights one for each token
   * @param range the weights that are drawn darkest and brightest
   */
  public BufferedImage heat(PhotoTokens photo, float[] weights, WeightRange range) {
    RgbImage sized = sized(photo.photo());
    BufferedImage picture = empty(sized);
    int width = picture.getWidth();
    float[] pixels = upsampling.pixels(weights, photo.grid(), picture.getHeight(), width);
    for (int y = 0; y < picture.getHeight(); y++) {
      for (int x = 0; x < width; x++) {
        double weight = range.share(pixels[y * width + x]);
        int dark = Palette.mixed(0, grey(sized, x, y), 0.55);
        picture.setRGB(
            x, y, Palette.mixed(dark, Palette.weight(weight), 0.35 + 0.5 * Math.sqrt(weight)));
      }
    }
    return picture;
  }

  /**
   * A colour for each token.
   *
   * @param rgb red, green and blue of each token from 0 to 1, {@code [3][N]}
   */
  public BufferedImage colours(PhotoTokens photo, float[][] rgb) {
    BufferedImage picture = empty(sized(photo.photo()));
    int height = picture.getHeight();
    int width = picture.getWidth();
    int[] pixels = new int[height * width];
    for (int channel = 0; channel < rgb.length; channel++) {
      float[] values = upsampling.pixels(rgb[channel], photo.grid(), height, width);
      for (int i = 0; i < pixels.length; i++) {
        int value = Math.round(255 * Math.max(0, Math.min(1, values[i])));
        pixels[i] |= value << 16 - 8 * channel;
      }
    }
    picture.setRGB(0, 0, width, height, pixels, 0, width);
    return picture;
  }

  /** Marks a place of the photo with a ring, in a picture of it. */
  public BufferedImage marked(BufferedImage picture, Image photo, Place place) {
    Graphics2D g = picture.createGraphics();
    try {
      g.setRenderingHint(RenderingHints.KEY_ANTIALIASING, RenderingHints.VALUE_ANTIALIAS_ON);
      g.setRenderingHint(RenderingHints.KEY_STROKE_CONTROL, RenderingHints.VALUE_STROKE_PURE);
      double radius = longerSide / 40.0;
      double x = (place.x() + 0.5) * picture.getWidth() / photo.width();
      double y = (place.y() + 0.5) * picture.getHeight() / photo.height();
      Ellipse2D ring = new Ellipse2D.Double(x - radius, y - radius, 2 * radius, 2 * radius);
      g.setColor(Color.BLACK);
      g.setStroke(new BasicStroke(longerSide / 80f));
      g.draw(ring);
      g.setColor(Color.WHITE);
      g.setStroke(new BasicStroke(longerSide / 160f));
      g.draw(ring);
    } finally {
      g.dispose();
    }
    return picture;
  }

  private RgbImage sized(Image photo) {
    double scale = (double) longerSide / Math.max(photo.width(), photo.height());
    int height = (int) Math.max(1, Math.round(photo.height() * scale));
    int width = (int) Math.max(1, Math.round(photo.width() * scale));
    return resize.resize(photo.toRgb(), CropBox.whole(photo), height, width);
  }

  private static BufferedImage empty(RgbImage sized) {
    return new BufferedImage(sized.width(), sized.height(), BufferedImage.TYPE_INT_RGB);
  }

  private static int grey(RgbImage image, int x, int y) {
    int luma =
        (299 * image.value(x, y, 0) + 587 * image.value(x, y, 1) + 114 * image.value(x, y, 2))
            / 1000;
    return luma << 16 | luma << 8 | luma;
  }
}
