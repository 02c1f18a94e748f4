package org.flsl.views.decode;

import java.util.List;
import java.util.Locale;

/** The file formats that can be read, recognised by their first bytes, whatever the file's name. */
public enum ImageFormat {
  /** Baseline, progressive; grey, colour, CMYK. */
  JPEG("jpg", "jpeg", "jpe", "jfif"),
  /** Any depth and colour type. */
  PNG("png"),
  /** Windows bitmap. */
  BMP("bmp", "dib"),
  /** The first frame. */
  GIF("gif"),
  /** Lossy, lossless; the first frame of an animation. */
  WEBP("webp"),
  /** The first page. */
  TIFF("tif", "tiff");

  private final List<String> extensions;

  ImageFormat(String... extensions) {
    this.extensions = List.of(extensions);
  }

  /** The usual endings of file names, lower case, without the dot. */
  public List<String> extensions() {
    return extensions;
  }

  /** Whether a file of this name is expected to be an image. */
  public static boolean hasImageExtension(String fileName) {
    String extension = fileName.substring(fileName.lastIndexOf('.') + 1).toLowerCase(Locale.ROOT);
    for (ImageFormat format : values()) {
      if (format.extensions.contains(extension)) {
        return true;
      }
    }
    return false;
  }

  /** The format of a file's content, or null if it is none of these. */
  static ImageFormat of(byte[] file) {
    if (startsWith(file, 0, 0xff, 0xd8, 0xff)) {
      return JPEG;
    }
    if (startsWith(file, 0, 0x89, 'P', 'N', 'G', '\r', '\n', 0x1a, '\n')) {
      return PNG;
    }
    if (startsWith(file, 0, 'B', 'M')) {
      return BMP;
    }
    if (startsWith(file, 0, 'G', 'I', 'F', '8')) {
      return GIF;
    }
    if (startsWith(file, 0, 'R', 'I', 'F', 'F') && startsWith(file, 8, 'W', 'E', 'B', 'P')) {
      return WEBP;
    }
    boolean tiff =
        startsWith(file, 0, 'I', 'I', 42, 0)
            || startsWith(file, 0, 'M', 'M', 0, 42)
            || startsWith(file, 0, 'I', 'I', 43, 0)
            || startsWith(file, 0, 'M', 'M', 0, 43);
    return tiff ? TIFF : null;
  }

  private static boolean startsWith(byte[] file, int at, int... signature) {
    if (file.length < at + signature.length) {
      return false;
    }
    for (int i = 0; i < signature.length; i++) {
      if ((file[at + i] & 0xff) != signature[i]) {
        return false;
      }
    }
    return true;
  }
}
