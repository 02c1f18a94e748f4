package org.flsl.evaluation.data;

import java.awt.image.BufferedImage;
import java.awt.image.DataBufferByte;
import java.awt.image.Raster;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import javax.imageio.ImageIO;
import javax.imageio.ImageReader;
import javax.imageio.stream.ImageInputStream;

/**
 * Masks as PNG files whose pixels are labels: the number stored, whatever colour it stands for.
 *
 * <p>PASCAL VOC, DAVIS and most tools write them with a palette; grey images of up to 8 bits serve
 * as well. The number 255 is {@link LabelMask#IGNORED}, in files and when written.
 */
public final class IndexedPng {

  private static final int VOID = 255;

  private IndexedPng() {}

  /**
   * Reads a mask.
   *
   * @throws DatasetException if the file is missing, no PNG, or stores colours
   */
  public static LabelMask read(Path file) {
    if (!Files.isRegularFile(file)) {
      throw new DatasetException(
          "There is no mask " + file + ": expected an indexed PNG; check the folder's layout");
    }
    Raster raster;
    try (ImageInputStream stream = ImageIO.createImageInputStream(file.toFile())) {
      ImageReader reader = ImageIO.getImageReadersByFormatName("png").next();
      try {
        reader.setInput(stream, true, true);
        raster = reader.read(0).getRaster();
      } finally {
        reader.dispose();
      }
    } catch (IOException | RuntimeException damaged) {
      // The reader throws unchecked exceptions too at damaged files.
      throw new DatasetException(
          "Cannot read the mask %s: it is no complete PNG; export or copy it again".formatted(file),
          damaged);
    }
    if (raster.getNumBands() != 1 || raster.getSampleModel().getSampleSize(0) > Byte.SIZE) {
      throw new DatasetException(
          ("The mask %s has %d channels of %d bits: expected one of 8 bits, numbers instead of"
                  + " colours; save it as an indexed PNG")
              .formatted(file, raster.getNumBands(), raster.getSampleModel().getSampleSize(0)));
    }
    int[] labels = raster.getSamples(0, 0, raster.getWidth(), raster.getHeight(), 0, (int[]) null);
    for (int i = 0; i < labels.length; i++) {
      labels[i] = labels[i] == VOID ? LabelMask.IGNORED : labels[i];
    }
    return new LabelMask(raster.getWidth(), raster.getHeight(), labels);
  }

  /**
   * Writes a mask.
   *
   * @throws IllegalArgumentException if a label is above 254
   */
  public static void write(LabelMask mask, Palette palette, OutputStream out) throws IOException {
    if (mask.largest() >= VOID) {
      throw new IllegalArgumentException(
          "An indexed PNG holds labels up to 254, got " + mask.largest());
    }
    BufferedImage image =
        new BufferedImage(
            mask.width(), mask.height(), BufferedImage.TYPE_BYTE_INDEXED, palette.colours());
    byte[] pixels = ((DataBufferByte) image.getRaster().getDataBuffer()).getData();
    for (int i = 0; i < pixels.length; i++) {
      // IGNORED, -1, becomes 255.
      pixels[i] = (byte) mask.labels()[i];
    }
    if (!ImageIO.write(image, "png", out)) {
      throw new IOException("this Java has no PNG writer");
    }
  }
}
