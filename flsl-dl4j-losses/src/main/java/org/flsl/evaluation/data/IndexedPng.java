package org.flsl.evaluation.data;

import java.awt.image.BufferedImage;
import java.awt.image.DataBufferByte;
import java.io.IOException;
import java.io.OutputStream;

/**
 * Writes masks as PNGs whose pixels are labels, with a palette that makes them look well; {@link
 * MaskReader} reads them.
 *
 * <p>{@link LabelMask#IGNORED} is written as 255.
 */
public final class IndexedPng {

  private static final int VOID = 255;

  private IndexedPng() {}

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
    out.write(EncodedPicture.of(image, "png"));
  }
}
