package org.flsl.examples.clusters;

import java.awt.Color;
import java.awt.Font;
import java.awt.Graphics2D;
import java.awt.RenderingHints;
import java.awt.image.BufferedImage;
import java.util.ArrayList;
import java.util.List;
import org.flsl.views.pixels.RgbImage;

/** Draws photos beside their cluster maps, several pairs to a row, with a legend of the colours. */
public final class ClusterPicture {
  /** Okabe and Ito's colours, which people who see colours differently can tell apart as well. */
  private static final List<Color> COLOURS =
      List.of(
          new Color(0x56B4E9),
          new Color(0xE69F00),
          new Color(0x009E73),
          new Color(0xF0E442),
          new Color(0x0072B2),
          new Color(0xD55E00),
          new Color(0xCC79A7),
          new Color(0x555555));

  private static final int TILE = 176;
  private static final int GAP = 4;
  private static final int MARGIN = 16;
  private static final int LABEL = 22;
  private static final int LEGEND = 34;
  private static final int SWATCH = 14;
  private static final int SWATCH_PITCH = 92;

  private record Pair(String label, BufferedImage photo, BufferedImage map) {}

  private final List<Pair> pairs = new ArrayList<>();
  private final int pairsPerRow;

  /** An empty picture. */
  public ClusterPicture(int pairsPerRow) {
    this.pairsPerRow = pairsPerRow;
  }

  /** How many clusters have a colour of their own. */
  public static int colours() {
    return COLOURS.size();
  }

  /**
   * Adds a photo.
   *
   * @param clusters the cluster of each token of a square grid, row by row
   */
  public void add(String label, RgbImage photo, int[] clusters) {
    int side = (int) Math.round(Math.sqrt(clusters.length));
    BufferedImage map = new BufferedImage(side, side, BufferedImage.TYPE_INT_RGB);
    for (int i = 0; i < clusters.length; i++) {
      map.setRGB(i % side, i / side, COLOURS.get(clusters[i]).getRGB());
    }
    pairs.add(new Pair(label, buffered(photo), map));
  }

  private static BufferedImage buffered(RgbImage image) {
    BufferedImage copy =
        new BufferedImage(image.width(), image.height(), BufferedImage.TYPE_INT_RGB);
    for (int y = 0; y < image.height(); y++) {
      for (int x = 0; x < image.width(); x++) {
        int rgb = image.value(x, y, 0) << 16 | image.value(x, y, 1) << 8 | image.value(x, y, 2);
        copy.setRGB(x, y, rgb);
      }
    }
    return copy;
  }

  /** Draws everything. */
  public BufferedImage draw(int clusters) {
    int columns = Math.min(pairsPerRow, pairs.size());
    int rows = (pairs.size() + pairsPerRow - 1) / pairsPerRow;
    int pairWidth = 2 * TILE + GAP + MARGIN;
    int rowHeight = LABEL + TILE + MARGIN / 2;
    BufferedImage picture =
        new BufferedImage(
            MARGIN + Math.max(columns * pairWidth, clusters * SWATCH_PITCH),
            MARGIN / 2 + rows * rowHeight + LEGEND,
            BufferedImage.TYPE_INT_RGB);
    Graphics2D g = picture.createGraphics();
    try {
      g.setRenderingHint(RenderingHints.KEY_ANTIALIASING, RenderingHints.VALUE_ANTIALIAS_ON);
      g.setRenderingHint(
          RenderingHints.KEY_TEXT_ANTIALIASING, RenderingHints.VALUE_TEXT_ANTIALIAS_ON);
      g.setFont(new Font(Font.SANS_SERIF, Font.PLAIN, 13));
      g.setColor(Color.WHITE);
      g.fillRect(0, 0, picture.getWidth(), picture.getHeight());
      for (int i = 0; i < pairs.size(); i++) {
        int x = MARGIN + i % pairsPerRow * pairWidth;
        int y = MARGIN / 2 + i / pairsPerRow * rowHeight;
        draw(g, pairs.get(i), x, y);
      }
      legend(g, clusters, MARGIN, picture.getHeight() - LEGEND / 2);
    } finally {
      g.dispose();
    }
    return picture;
  }

  private static void draw(Graphics2D g, Pair pair, int x, int y) {
    g.setColor(Color.DARK_GRAY);
    g.drawString(pair.label(), x, y + LABEL - 7);
    g.setRenderingHint(
        RenderingHints.KEY_INTERPOLATION, RenderingHints.VALUE_INTERPOLATION_BICUBIC);
    g.drawImage(pair.photo(), x, y + LABEL, TILE, TILE, null);
    g.setRenderingHint(
        RenderingHints.KEY_INTERPOLATION, RenderingHints.VALUE_INTERPOLATION_NEAREST_NEIGHBOR);
    g.drawImage(pair.map(), x + TILE + GAP, y + LABEL, TILE, TILE, null);
  }

  private static void legend(Graphics2D g, int clusters, int x, int middle) {
    for (int k = 0; k < clusters; k++) {
      int at = x + k * SWATCH_PITCH;
      g.setColor(COLOURS.get(k));
      g.fillRect(at, middle - SWATCH / 2, SWATCH, SWATCH);
      g.setColor(Color.DARK_GRAY);
      g.drawString("cluster " + (k + 1), at + SWATCH + 6, middle + 5);
    }
  }
}
