package org.flsl.examples.train;

import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;
import javax.imageio.ImageIO;
import org.flsl.evaluation.data.IndexedPng;
import org.flsl.evaluation.data.LabelMask;
import org.flsl.evaluation.data.Palette;

/** Photos of a red or a blue rectangle on grey, of different sizes, and their masks. */
public final class Shapes {
  /** The labels of background, red and blue. */
  public static final int[] LABELS = {0, 5, 9};

  private Shapes() {}

  /** Draws so many photos into {@code images}, and their masks into {@code masks}. */
  public static Path draw(Path folder, int count, long seed) throws IOException {
    Path images = Files.createDirectories(folder.resolve("images"));
    Path masks = Files.createDirectories(folder.resolve("masks"));
    Random random = new Random(seed);
    for (int i = 0; i < count; i++) {
      int width = 40 + random.nextInt(30);
      int height = 30 + random.nextInt(30);
      int kind = 1 + i % 2;
      int left = random.nextInt(width / 2);
      int top = random.nextInt(height / 2);
      BufferedImage photo = new BufferedImage(width, height, BufferedImage.TYPE_INT_RGB);
      Graphics2D g = photo.createGraphics();
      g.setColor(new Color(0x707070));
      g.fillRect(0, 0, width, height);
      g.setColor(kind == 1 ? Color.RED : Color.BLUE);
      g.fillRect(left, top, width / 2, height / 2);
      g.dispose();
      ImageIO.write(photo, "png", images.resolve(i + ".png").toFile());
      int[] labels = new int[width * height];
      for (int p = 0; p < labels.length; p++) {
        int x = p % width;
        int y = p / width;
        boolean inside = x >= left && x < left + width / 2 && y >= top && y < top + height / 2;
        labels[p] = inside ? LABELS[kind] : LABELS[0];
      }
      try (var out = Files.newOutputStream(masks.resolve(i + ".png"))) {
        IndexedPng.write(new LabelMask(width, height, labels), Palette.PASCAL_VOC, out);
      }
    }
    return folder;
  }
}
