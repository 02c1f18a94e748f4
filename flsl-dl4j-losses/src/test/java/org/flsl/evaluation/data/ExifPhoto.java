package org.flsl.evaluation.data;

import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import javax.imageio.ImageIO;

/** A photo whose pixels are stored in another way than they are meant to be seen. */
final class ExifPhoto {
  static final int WIDTH = 48;
  static final int HEIGHT = 32;

  private ExifPhoto() {}

  /** Grey, with a white rectangle in the left upper quarter of the stored pixels. */
  static BufferedImage stored(int width, int height) {
    BufferedImage image = new BufferedImage(width, height, BufferedImage.TYPE_INT_RGB);
    for (int y = 0; y < height; y++) {
      for (int x = 0; x < width; x++) {
        image.setRGB(x, y, isWhite(x, y) ? 0xffffff : 0x202020);
      }
    }
    return image;
  }

  /** Edges lie between the blocks of JPEG. */
  static boolean isWhite(int x, int y) {
    return x < 16 && y >= 8 && y < 16;
  }

  static Path write(Path file, BufferedImage image, int orientation) throws IOException {
    Files.createDirectories(file.getParent());
    ByteArrayOutputStream jpeg = new ByteArrayOutputStream();
    ImageIO.write(image, "jpg", jpeg);
    return Files.write(file, withOrientation(jpeg.toByteArray(), orientation));
  }

  /** The segment that a camera writes right behind the start of the image. */
  private static byte[] withOrientation(byte[] jpeg, int orientation) {
    int[] segment = {
      0xff,
      0xe1,
      0,
      34,
      'E',
      'x',
      'i',
      'f',
      0,
      0,
      'M',
      'M',
      0,
      42,
      0,
      0,
      0,
      8,
      0,
      1,
      0x01,
      0x12,
      0,
      3,
      0,
      0,
      0,
      1,
      0,
      orientation,
      0,
      0,
      0,
      0,
      0,
      0
    };
    ByteArrayOutputStream file = new ByteArrayOutputStream();
    file.write(jpeg, 0, 2);
    for (int value : segment) {
      file.write(value);
    }
    file.write(jpeg, 2, jpeg.length - 2);
    return file.toByteArray();
  }
}
