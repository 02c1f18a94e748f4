package org.flsl.evaluation.video;

import java.awt.Color;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Iterator;
import javax.imageio.IIOImage;
import javax.imageio.ImageIO;
import javax.imageio.ImageWriteParam;
import javax.imageio.ImageWriter;
import javax.imageio.stream.ImageOutputStream;
import org.flsl.evaluation.data.IndexedPng;
import org.flsl.evaluation.data.LabelMask;
import org.flsl.evaluation.data.Palette;

/** A DAVIS folder with a red and a blue square that move over a textured ground. */
final class DrawnVideo {

  static final int WIDTH = 128;
  static final int HEIGHT = 96;
  private static final int SIDE = 24;

  private DrawnVideo() {}

  static void write(Path root, String sequence, int frames) throws IOException {
    Path images = Files.createDirectories(root.resolve("JPEGImages/480p/" + sequence));
    Path masks = Files.createDirectories(root.resolve("Annotations/480p/" + sequence));
    for (int i = 0; i < frames; i++) {
      int red = 8 + 6 * i;
      int blue = 92 - 5 * i;
      BufferedImage image = new BufferedImage(WIDTH, HEIGHT, BufferedImage.TYPE_INT_RGB);
      int[] labels = new int[WIDTH * HEIGHT];
      for (int y = 0; y < HEIGHT; y++) {
        for (int x = 0; x < WIDTH; x++) {
          boolean inRed = inside(x, red) && inside(y, 12);
          boolean inBlue = inside(x, blue) && inside(y, 56);
          labels[y * WIDTH + x] = inRed ? 1 : inBlue ? 2 : 0;
          int grey = 100 + 25 * (x / 4 % 2) + 20 * (y / 3 % 2);
          image.setRGB(
              x,
              y,
              inRed
                  ? Color.RED.getRGB()
                  : inBlue ? Color.BLUE.getRGB() : new Color(grey, grey, grey - 60).getRGB());
        }
      }
      String name = "%05d".formatted(i);
      jpeg(image, images.resolve(name + ".jpg"));
      mask(new LabelMask(WIDTH, HEIGHT, labels), masks.resolve(name + ".png"));
    }
  }

  static void mask(LabelMask mask, Path file) throws IOException {
    try (OutputStream out = Files.newOutputStream(file)) {
      IndexedPng.write(mask, Palette.DAVIS, out);
    }
  }

  private static boolean inside(int at, int from) {
    return at >= from && at < from + SIDE;
  }

  private static void jpeg(BufferedImage image, Path file) throws IOException {
    Iterator<ImageWriter> writers = ImageIO.getImageWritersByFormatName("jpg");
    ImageWriter writer = writers.next();
    ImageWriteParam fine = writer.getDefaultWriteParam();
    fine.setCompressionMode(ImageWriteParam.MODE_EXPLICIT);
    fine.setCompressionQuality(0.98f);
    try (ImageOutputStream out = ImageIO.createImageOutputStream(file.toFile())) {
      writer.setOutput(out);
      writer.write(null, new IIOImage(image, null, null), fine);
    } finally {
      writer.dispose();
    }
  }
}
