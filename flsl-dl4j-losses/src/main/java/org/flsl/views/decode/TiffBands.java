package org.flsl.views.decode;

import java.awt.image.DataBuffer;
import java.awt.image.Raster;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.Iterator;
import javax.imageio.ImageIO;
import javax.imageio.ImageReader;
import javax.imageio.stream.ImageInputStream;
import javax.imageio.stream.MemoryCacheImageInputStream;
import org.flsl.views.pixels.FloatImage;

/**
 * Reads the numbers of TIFF files that are no 8-bit pictures: 16 or 32 bits, floats, any number of
 * bands.
 */
final class TiffBands {

  private static final int WHITE_IS_ZERO = 0;
  private static final int RGB = 2;
  private static final int UNSIGNED = 1;

  private TiffBands() {}

  /** Whether a file holds something else than up to four bands of up to 8 bits. */
  static boolean isNeeded(TiffDirectory tiff) {
    return tiff.isBig()
        || bits(tiff) > 8
        || bands(tiff) > 4
        || tiff.value(TiffDirectory.SAMPLE_FORMAT, UNSIGNED) != UNSIGNED;
  }

  /**
   * The numbers, in the range 0 to 1 as {@link ValueRange} says.
   *
   * @throws UnreadableImageException if the file is damaged or of a kind that is not supported
   */
  static FloatImage read(byte[] file, TiffDirectory tiff) throws UnreadableImageException {
    long photometric = tiff.value(TiffDirectory.PHOTOMETRIC, RGB);
    if (tiff.isBig()) {
      throw new UnreadableImageException(
          "a BigTIFF, which is not supported: write it as an ordinary TIFF, in parts if it is"
              + " larger than 4 GB");
    }
    if (photometric > RGB || bits(tiff) % 8 != 0) {
      throw new UnreadableImageException(
          ("a TIFF of %d bands of %d bits in the colour model %d, which is not supported: write it"
                  + " as grey, RGB or bands of 8, 16 or 32 bits")
              .formatted(bands(tiff), bits(tiff), photometric));
    }
    Raster raster = raster(file);
    int width = raster.getWidth();
    int row = width * raster.getNumBands();
    FloatImage image = new FloatImage(width, raster.getHeight(), raster.getNumBands());
    float[] line = new float[row];
    for (int y = 0; y < raster.getHeight(); y++) {
      raster.getPixels(raster.getMinX(), raster.getMinY() + y, width, 1, line);
      System.arraycopy(line, 0, image.data(), y * row, row);
    }
    switch (raster.getTransferType()) {
      case DataBuffer.TYPE_BYTE -> ValueRange.ofBits(image.data(), 8);
      case DataBuffer.TYPE_USHORT -> ValueRange.ofBits(image.data(), 16);
      default -> ValueRange.ofReals(image.data());
    }
    if (photometric == WHITE_IS_ZERO) {
      for (int i = 0; i < image.data().length; i++) {
        image.data()[i] = 1 - image.data()[i];
      }
    }
    return image;
  }

  private static long bits(TiffDirectory tiff) {
    return tiff.value(TiffDirectory.BITS, 1);
  }

  private static long bands(TiffDirectory tiff) {
    return tiff.value(TiffDirectory.BANDS, 1);
  }

  /** The JDK's own, which takes any bands; others that are on the class path take fewer. */
  private static ImageReader jdkReader() {
    Iterator<ImageReader> readers = ImageIO.getImageReadersByFormatName("tiff");
    while (true) {
      ImageReader reader = readers.next();
      if (reader.getClass().getModule() == ImageIO.class.getModule()) {
        return reader;
      }
    }
  }

  private static Raster raster(byte[] file) throws UnreadableImageException {
    try (ImageInputStream stream =
        new MemoryCacheImageInputStream(new ByteArrayInputStream(file))) {
      ImageReader reader = jdkReader();
      try {
        reader.setInput(stream, true, true);
        return reader.read(0).getRaster();
      } finally {
        reader.dispose();
      }
    } catch (IOException | RuntimeException e) {
      // The reader throws unchecked exceptions of many kinds at damaged files.
      throw new UnreadableImageException(
          "corrupt or truncated TIFF (" + ImageDecoder.firstLine(e) + ")", e);
    }
  }
}
