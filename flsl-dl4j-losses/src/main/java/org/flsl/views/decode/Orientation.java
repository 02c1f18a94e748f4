package org.flsl.views.decode;

import org.flsl.views.pixels.FloatImage;
import org.flsl.views.pixels.Image;
import org.flsl.views.pixels.RgbImage;

/**
 * Turns a stored image upright as its EXIF orientation says.
 *
 * <p>Orientation 1 is upright; 2 to 4 mirror or turn by half; 5 to 8 exchange rows and columns.
 */
final class Orientation {

  private Orientation() {}

  static Image upright(Image stored, int orientation) {
    if (orientation <= 1 || orientation > 8) {
      return stored;
    }
    boolean exchanged = orientation >= 5;
    int width = exchanged ? stored.height() : stored.width();
    int height = exchanged ? stored.width() : stored.height();
    // Where the stored image's columns and rows run backwards, seen from the upright one.
    boolean fromRight =
        orientation == 2 || orientation == 3 || orientation == 7 || orientation == 8;
    boolean fromBottom =
        orientation == 3 || orientation == 4 || orientation == 6 || orientation == 7;
    Image upright =
        stored instanceof RgbImage
            ? new RgbImage(width, height)
            : new FloatImage(width, height, stored.channels());
    Object source = pixels(stored);
    Object target = pixels(upright);
    int channels = stored.channels();
    int to = 0;
    for (int y = 0; y < height; y++) {
      for (int x = 0; x < width; x++) {
        int column = exchanged ? y : x;
        int row = exchanged ? x : y;
        int storedX = fromRight ? stored.width() - 1 - column : column;
        int storedY = fromBottom ? stored.height() - 1 - row : row;
        int from = channels * (storedY * stored.width() + storedX);
        System.arraycopy(source, from, target, to, channels);
        to += channels;
      }
    }
    return upright;
  }

  private static Object pixels(Image image) {
    return image instanceof RgbImage rgb ? rgb.data() : ((FloatImage) image).data();
  }
}
