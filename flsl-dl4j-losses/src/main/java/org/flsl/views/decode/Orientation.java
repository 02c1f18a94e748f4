package org.flsl.views.decode;

import org.flsl.views.pixels.FloatImage;
import org.flsl.views.pixels.Image;
import org.flsl.views.pixels.RgbImage;

/**
 * How a stored image has to be turned to be upright, as its EXIF orientation says: what {@link
 * ImageDecoder} does, for labels that were drawn on the stored pixels.
 *
 * <p>1 is upright; 2 to 4 mirror or turn by half; 5 to 8 exchange rows and columns.
 *
 * @param exif from 1 to 8
 */
public record Orientation(int exif) {

  /** Nothing to turn. */
  public static final Orientation UPRIGHT = new Orientation(ImageHeader.UPRIGHT);

  /** Takes anything but 2 to 8 for upright, as decoders do. */
  public Orientation {
    if (exif < 1 || exif > 8) {
      exif = ImageHeader.UPRIGHT;
    }
  }

  /** Whether the stored image is upright already. */
  public boolean isUpright() {
    return exif == ImageHeader.UPRIGHT;
  }

  /** Whether width and height of the stored image are height and width of the upright one. */
  public boolean exchangesSides() {
    return exif >= 5;
  }

  /** Whether the stored image's columns run backwards, seen from the upright one. */
  private boolean fromRight() {
    return exif == 2 || exif == 3 || exif == 7 || exif == 8;
  }

  /** Whether the stored image's rows run backwards, seen from the upright one. */
  private boolean fromBottom() {
    return exif == 3 || exif == 4 || exif == 6 || exif == 7;
  }

  /**
   * Where every pixel of the upright image lies in the stored one, row by row.
   *
   * @param width columns of the stored image
   * @param height rows of the stored image
   */
  public int[] sources(int width, int height) {
    int columns = exchangesSides() ? height : width;
    int[] sources = new int[width * height];
    for (int i = 0; i < sources.length; i++) {
      int across = exchangesSides() ? i / columns : i % columns;
      int down = exchangesSides() ? i % columns : i / columns;
      int x = fromRight() ? width - 1 - across : across;
      int y = fromBottom() ? height - 1 - down : down;
      sources[i] = y * width + x;
    }
    return sources;
  }

  /**
   * Where a point of the stored image lies in the upright one.
   *
   * @param width of the stored image
   * @param height of the stored image
   * @return x and y
   */
  public double[] upright(double x, double y, double width, double height) {
    double across = fromRight() ? width - x : x;
    double down = fromBottom() ? height - y : y;
    return exchangesSides() ? new double[] {down, across} : new double[] {across, down};
  }

  Image upright(Image stored) {
    if (isUpright()) {
      return stored;
    }
    int width = exchangesSides() ? stored.height() : stored.width();
    int height = exchangesSides() ? stored.width() : stored.height();
    Image upright =
        stored instanceof RgbImage
            ? new RgbImage(width, height)
            : new FloatImage(width, height, stored.channels());
    Object from = pixels(stored);
    Object to = pixels(upright);
    int channels = stored.channels();
    int[] sources = sources(stored.width(), stored.height());
    for (int i = 0; i < sources.length; i++) {
      System.arraycopy(from, channels * sources[i], to, channels * i, channels);
    }
    return upright;
  }

  private static Object pixels(Image image) {
    return image instanceof RgbImage rgb ? rgb.data() : ((FloatImage) image).data();
  }
}
