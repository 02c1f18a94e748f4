package org.flsl.views;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.SplittableRandom;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.opencv.global.opencv_core;
import org.bytedeco.opencv.global.opencv_imgcodecs;
import org.bytedeco.opencv.opencv_core.Mat;

/** Fills a folder with small random photographs, each of its own. */
public final class PhotoFolder {

  private final Path folder;

  PhotoFolder(Path folder) {
    this.folder = folder;
  }

  /** Writes 000.png, 001.png, …: 40 to 49 pixels wide, smooth random colours. */
  PhotoFolder withPhotos(int count) {
    for (int i = 0; i < count; i++) {
      SplittableRandom random = new SplittableRandom(i);
      int width = 40 + i % 10;
      int height = 40;
      byte[] pixels = new byte[3 * width * height];
      double[] slopes = random.doubles(9, -3, 3).toArray();
      for (int p = 0; p < pixels.length; p++) {
        int x = p / 3 % width;
        int y = p / 3 / width;
        int c = p % 3;
        pixels[p] = (byte) (int) (128 + slopes[c] * x + slopes[3 + c] * y + 20 * slopes[6 + c]);
      }
      write("%03d.png".formatted(i), png(pixels, height, width));
    }
    return this;
  }

  PhotoFolder write(String name, byte[] content) {
    try {
      Path file = folder.resolve(name);
      Files.createDirectories(file.getParent());
      Files.write(file, content);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return this;
  }

  ImageFolder scan() {
    return ImageFolder.scan(folder);
  }

  private static byte[] png(byte[] pixels, int height, int width) {
    return encode(".png", pixels, height, width, opencv_core.CV_8UC3);
  }

  /** Encodes pixels as a file of the type that the extension names. */
  public static byte[] encode(String extension, byte[] pixels, int height, int width, int type) {
    try (BytePointer data = new BytePointer(pixels);
        Mat image = new Mat(height, width, type, data);
        BytePointer file = new BytePointer()) {
      if (!opencv_imgcodecs.imencode(extension, image, file)) {
        throw new IllegalStateException("cannot encode " + extension);
      }
      byte[] bytes = new byte[(int) file.limit()];
      file.get(bytes);
      return bytes;
    }
  }
}
