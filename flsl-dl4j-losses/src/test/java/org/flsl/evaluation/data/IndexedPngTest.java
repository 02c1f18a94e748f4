package org.flsl.evaluation.data;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.awt.image.BufferedImage;
import java.awt.image.IndexColorModel;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class IndexedPngTest {

  @TempDir Path folder;

  @Test
  void writesWhatItReads() throws IOException {
    int[] labels = {0, 1, 2, 254, LabelMask.IGNORED, 7};
    Path file = folder.resolve("mask.png");
    try (OutputStream out = Files.newOutputStream(file)) {
      IndexedPng.write(new LabelMask(3, 2, labels), Palette.DAVIS, out);
    }

    assertArrayEquals(labels, EvaluationFixtures.mask(file).labels());
    BufferedImage seen = ImageIO.read(file.toFile());
    assertTrue(seen.getColorModel() instanceof IndexColorModel);
    assertEquals(0xff800000, seen.getRGB(1, 0), "the first object is dark red");
    assertEquals(0xff008000, seen.getRGB(2, 0), "the second is green");
  }

  @Test
  void knowsThePalettes() {
    assertEquals(192, Palette.PASCAL_VOC.channel(9, 0));
    assertEquals(191, Palette.DAVIS.channel(9, 0));
    assertEquals(224, Palette.PASCAL_VOC.channel(255, 0));
    assertEquals(255, Palette.DAVIS.channel(255, 2));
  }

  @Test
  void readsFourBitsPerPixel() throws IOException {
    Path file = folder.resolve("small.png");
    byte[] grey = {0, 17, 34, 51};
    BufferedImage image =
        new BufferedImage(
            3, 1, BufferedImage.TYPE_BYTE_BINARY, new IndexColorModel(2, 4, grey, grey, grey));
    image.getRaster().setSample(1, 0, 0, 3);
    ImageIO.write(image, "png", file.toFile());

    assertArrayEquals(new int[] {0, 3, 0}, EvaluationFixtures.mask(file).labels());
  }
}
