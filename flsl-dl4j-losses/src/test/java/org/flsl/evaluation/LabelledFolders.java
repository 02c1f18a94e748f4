package org.flsl.evaluation;

import java.awt.Color;
import java.awt.image.BufferedImage;
import java.awt.image.IndexColorModel;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;
import javax.imageio.ImageIO;

/** Writes small images of coloured squares, and masks that say which colour is where. */
public final class LabelledFolders {
  /** One for each class. */
  public static final Color[] COLOURS = {Color.RED, Color.GREEN, Color.BLUE};

  private static final int CELL = 8;

  private final Path root;

  public LabelledFolders(Path root) {
    this.root = root;
  }

  public Path images() {
    return root.resolve("images");
  }

  public Path masks() {
    return root.resolve("masks");
  }

  /** Images of random squares with indexed masks; the border of a mask is ignored (255). */
  public LabelledFolders segmented(int count, int rows, int columns, long seed) {
    Random random = new Random(seed);
    for (int i = 0; i < count; i++) {
      BufferedImage image =
          new BufferedImage(columns * CELL, rows * CELL, BufferedImage.TYPE_INT_RGB);
      int[] labels = new int[rows * columns * CELL * CELL];
      int[] cells = random.ints((long) rows * columns, 0, COLOURS.length).toArray();
      for (int p = 0; p < labels.length; p++) {
        int x = p % image.getWidth();
        int y = p / image.getWidth();
        int label = cells[y / CELL * columns + x / CELL];
        image.setRGB(x, y, COLOURS[label].getRGB());
        labels[p] = y == 0 ? 255 : label;
      }
      write(images().resolve(i + ".png"), image);
      write(masks().resolve(i + ".png"), indexed(image.getWidth(), image.getHeight(), labels));
    }
    return this;
  }

  /** Images of a single colour in a folder for each class. */
  public LabelledFolders categories(int each) {
    for (int label = 0; label < COLOURS.length; label++) {
      for (int i = 0; i < each; i++) {
        BufferedImage image = new BufferedImage(16, 16, BufferedImage.TYPE_INT_RGB);
        for (int p = 0; p < 256; p++) {
          image.setRGB(p % 16, p / 16, COLOURS[label].getRGB() & ~(i + 1));
        }
        write(images().resolve("class" + label).resolve(i + ".png"), image);
      }
    }
    return this;
  }

  /** An indexed image whose palette has nothing to do with the labels. */
  public static BufferedImage indexed(int width, int height, int[] labels) {
    byte[] palette = new byte[256];
    new Random(1).nextBytes(palette);
    BufferedImage mask =
        new BufferedImage(
            width,
            height,
            BufferedImage.TYPE_BYTE_INDEXED,
            new IndexColorModel(8, 256, palette, palette, palette));
    mask.getRaster().setSamples(0, 0, width, height, 0, labels);
    return mask;
  }

  public static void write(Path file, BufferedImage image) {
    try {
      Files.createDirectories(file.getParent());
      ImageIO.write(image, "png", file.toFile());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
