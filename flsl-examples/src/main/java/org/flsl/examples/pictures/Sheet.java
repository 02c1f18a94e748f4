package org.flsl.examples.pictures;

import java.awt.Color;
import java.awt.Font;
import java.awt.FontMetrics;
import java.awt.Graphics2D;
import java.awt.RenderingHints;
import java.awt.image.BufferedImage;
import java.util.ArrayList;
import java.util.List;

/**
 * Pictures in groups side by side, with captions, and a legend below.
 *
 * <p>A group, such as a photo and its map, is never torn apart; groups flow into rows.
 */
public final class Sheet {
  private static final int MARGIN = 28;
  private static final int GAP = 6;
  private static final int CAPTION = 26;
  private static final int LEGEND = 30;
  private static final int SWATCH = 16;
  private static final int SCALE = 200;
  private static final Color INK = new Color(0x333333);
  private static final Font FONT = new Font(Font.SANS_SERIF, Font.PLAIN, 15);

  /** A picture with its caption. */
  public record Tile(BufferedImage picture, String caption) {}

  private final int groupsPerRow;
  private final List<List<Tile>> groups = new ArrayList<>();
  private final List<Legend> legends = new ArrayList<>();

  /** An empty sheet. */
  public Sheet(int groupsPerRow) {
    this.groupsPerRow = groupsPerRow;
  }

  /** Adds pictures that belong together. */
  public void add(List<Tile> group) {
    groups.add(List.copyOf(group));
  }

  /** Adds a line to the legend. */
  public void legend(Legend legend) {
    legends.add(legend);
  }

  /** Draws everything. */
  public BufferedImage draw() {
    // Layout once without drawing tells the size.
    BufferedImage probe = new BufferedImage(1, 1, BufferedImage.TYPE_INT_RGB);
    int[] size = onto(probe);
    BufferedImage sheet = new BufferedImage(size[0], size[1], BufferedImage.TYPE_INT_RGB);
    onto(sheet);
    return sheet;
  }

  private int[] onto(BufferedImage image) {
    Graphics2D g = image.createGraphics();
    try {
      g.setRenderingHint(RenderingHints.KEY_ANTIALIASING, RenderingHints.VALUE_ANTIALIAS_ON);
      g.setRenderingHint(
          RenderingHints.KEY_TEXT_ANTIALIASING, RenderingHints.VALUE_TEXT_ANTIALIAS_ON);
      g.setFont(FONT);
      g.setColor(Color.WHITE);
      g.fillRect(0, 0, image.getWidth(), image.getHeight());
      return layout(g);
    } finally {
      g.dispose();
    }
  }

  private int[] layout(Graphics2D g) {
    int columnWidth = groups.stream().mapToInt(Sheet::width).max().orElse(0);
    int right = MARGIN;
    int y = MARGIN / 2;
    for (int row = 0; row < groups.size(); row += groupsPerRow) {
      int bottom = y;
      for (int i = row; i < Math.min(row + groupsPerRow, groups.size()); i++) {
        int x = MARGIN + (i - row) * (columnWidth + MARGIN);
        for (Tile tile : groups.get(i)) {
          g.setColor(INK);
          g.drawString(fitting(g, tile.caption(), tile.picture().getWidth()), x, y + CAPTION - 8);
          g.drawImage(tile.picture(), x, y + CAPTION, null);
          x += tile.picture().getWidth() + GAP;
          bottom = Math.max(bottom, y + CAPTION + tile.picture().getHeight());
        }
        right = Math.max(right, MARGIN + (i - row + 1) * (columnWidth + MARGIN));
      }
      y = bottom + GAP;
    }
    for (Legend legend : legends) {
      right = Math.max(right, draw(g, legend, MARGIN, y + GAP + LEGEND / 2) + MARGIN);
      y += LEGEND;
    }
    return new int[] {right, y + MARGIN / 2 + GAP};
  }

  private static int width(List<Tile> group) {
    return group.stream().mapToInt(tile -> tile.picture().getWidth() + GAP).sum() - GAP;
  }

  private static String fitting(Graphics2D g, String text, int width) {
    FontMetrics metrics = g.getFontMetrics();
    if (metrics.stringWidth(text) <= width) {
      return text;
    }
    String shorter = text;
    while (!shorter.isEmpty() && metrics.stringWidth(shorter + "…") > width) {
      shorter = shorter.substring(0, shorter.length() - 1);
    }
    return shorter + "…";
  }

  /** Draws a line of the legend and returns where it ends. */
  private static int draw(Graphics2D g, Legend legend, int left, int middle) {
    int x = left;
    if (legend instanceof Legend.Swatches swatches) {
      for (Legend.Swatch swatch : swatches.swatches()) {
        g.setColor(swatch.colour());
        g.fillRect(x, middle - SWATCH / 2, SWATCH, SWATCH);
        x = text(g, swatch.label(), x + SWATCH + GAP, middle) + MARGIN;
      }
      return x - MARGIN;
    } else if (legend instanceof Legend.Scale scale) {
      x = text(g, scale.dark(), x, middle) + GAP;
      for (int i = 0; i < SCALE; i++) {
        g.setColor(new Color(Palette.weight((double) i / SCALE)));
        g.fillRect(x + i, middle - SWATCH / 2, 1, SWATCH);
      }
      return text(g, scale.bright(), x + SCALE + GAP, middle);
    }
    return text(g, ((Legend.Note) legend).text(), x, middle);
  }

  private static int text(Graphics2D g, String text, int x, int middle) {
    g.setColor(INK);
    g.drawString(text, x, middle + 5);
    return x + g.getFontMetrics().stringWidth(text);
  }
}
