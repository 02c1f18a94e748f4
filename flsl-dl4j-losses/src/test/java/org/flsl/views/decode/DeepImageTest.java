package org.flsl.views.decode;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.awt.image.DataBuffer;
import java.io.IOException;
import java.util.List;
import java.util.stream.IntStream;
import org.bytedeco.opencv.global.opencv_core;
import org.flsl.views.DeepImages;
import org.flsl.views.Fixtures;
import org.flsl.views.PhotoFolder;
import org.flsl.views.pixels.FloatImage;
import org.flsl.views.pixels.Image;
import org.flsl.views.pixels.RgbImage;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Images of more than 8 bits, and of other channels than three. */
class DeepImageTest {

  private static final int WIDTH = 6;
  private static final int HEIGHT = 4;

  private static FloatImage decode(byte[] file, int channels) throws IOException {
    return assertInstanceOf(
        FloatImage.class, new ImageDecoder(Integer.MAX_VALUE, channels).decode(file));
  }

  private static byte[] tiff(int type, int bands, double first, double step) throws IOException {
    return DeepImages.tiff(type, WIDTH, HEIGHT, bands, first, step);
  }

  private static byte[] png16(int first, int step) {
    byte[] bytes = new byte[2 * WIDTH * HEIGHT];
    for (int i = 0; i < WIDTH * HEIGHT; i++) {
      int value = first + i * step;
      bytes[2 * i] = (byte) value;
      bytes[2 * i + 1] = (byte) (value >> 8);
    }
    return PhotoFolder.encode(".png", bytes, HEIGHT, WIDTH, opencv_core.CV_16UC1);
  }

  @Test
  void ordinaryPhotosStayEightBitColours() throws IOException {
    for (String name : List.of("rgb.jpg", "rgb.png", "grey.png", "alpha.png", "rgb.tif")) {
      assertInstanceOf(RgbImage.class, new ImageDecoder().decode(Fixtures.image(name)), name);
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 3})
  void sixteenBitsKeepTheirPrecision(int channels) throws IOException {
    for (byte[] file : List.of(png16(40_000, 1), tiff(DataBuffer.TYPE_USHORT, 1, 40_000, 1))) {
      FloatImage image = decode(file, channels);
      assertEquals(channels, image.channels());
      for (int i = 0; i < image.data().length; i++) {
        assertEquals((40_000 + i / channels) / 65_535.0, image.data()[i], 1e-6);
      }
    }
  }

  /** Cameras and scanners store fewer bits in 16; such an image is not nearly black. */
  @ParameterizedTest
  @CsvSource({"10, 700", "12, 3000", "14, 9000"})
  void fewerBitsInSixteenUseTheirOwnRange(int bits, int value) throws IOException {
    double expected = value / (Math.pow(2, bits) - 1);
    assertEquals(expected, decode(png16(value, 0), 1).data()[0], 1e-6);
    assertEquals(expected, decode(tiff(DataBuffer.TYPE_USHORT, 1, value, 0), 1).data()[0], 1e-6);
  }

  @Test
  void floatsFromZeroToOneAreTakenAsTheyAre() throws IOException {
    FloatImage image = decode(tiff(DataBuffer.TYPE_FLOAT, 3, 0.25, 0.01), 3);
    for (int i = 0; i < image.data().length; i++) {
      assertEquals(0.25 + 0.01 * i, image.data()[i], 1e-6);
    }
  }

  @Test
  void otherFloatsRunFromTheSmallestToTheLargest() throws IOException {
    FloatImage image = decode(tiff(DataBuffer.TYPE_FLOAT, 1, -300, 25), 1);
    for (int i = 0; i < image.data().length; i++) {
      assertEquals(i / (WIDTH * HEIGHT - 1.0), image.data()[i], 1e-6);
    }
  }

  @Test
  void whatIsNoNumberIsNone() {
    float[] values = {Float.NaN, 2, 4, Float.POSITIVE_INFINITY};
    ValueRange.ofReals(values);
    assertEquals(List.of(0f, 0f, 1f, 0f), IntStream.range(0, 4).mapToObj(i -> values[i]).toList());
  }

  @ParameterizedTest
  @CsvSource({"2, 0", "4, 0", "5, 0", "7, 0", "5, 1"})
  void bandsAreRead(int bands, int type) throws IOException {
    FloatImage image = decode(tiff(type, bands, 3, 1), bands);
    assertEquals(bands, image.channels());
    for (int i = 0; i < image.data().length; i++) {
      assertEquals((3 + i) / 255.0, image.data()[i], 1e-6, "number " + i);
    }
  }

  @Test
  void alphaIsTheFourthChannelWhereFourAreWanted() throws IOException {
    FloatImage image = decode(Fixtures.bytes("alpha.png"), 4);
    RgbImage colours = new ImageDecoder().decode(Fixtures.bytes("rgb.png")).toRgb();
    for (int c = 0; c < 3; c++) {
      assertEquals(colours.value(40, 30, c) / 255.0, image.data()[4 * (30 * 80 + 40) + c], 1e-6);
    }
    float[] alpha = {image.data()[3], image.data()[image.data().length - 1]};
    assertTrue(alpha[0] != alpha[1], "a gradient of opacity");
  }

  @ParameterizedTest
  @ValueSource(strings = {"rgb.png", "rgb.gif", "rgb.bmp", "alpha.webp", "exif6.png", "rgb16.png"})
  void coloursBecomeGreyWhereOneChannelIsWanted(String name) throws IOException {
    Image grey = decode(Fixtures.bytes(name), 1);
    RgbImage expected = new ImageDecoder().decode(Fixtures.bytes("grey.png")).toRgb();
    int difference = 0;
    for (int i = 0; i < 80 * 64; i++) {
      int[] values = {grey.toRgb().value(i % 80, i / 80, 0), expected.value(i % 80, i / 80, 0)};
      difference = Math.max(difference, Math.abs(values[0] - values[1]));
    }
    assertTrue(difference <= (name.endsWith("gif") ? 60 : 1), name + " differs by " + difference);
  }

  @Test
  void greyFilesKeepTheirValuesWhereOneChannelIsWanted() throws IOException {
    FloatImage grey = decode(Fixtures.bytes("grey.png"), 1);
    RgbImage stored = new ImageDecoder().decode(Fixtures.bytes("grey.png")).toRgb();
    for (int i = 0; i < grey.data().length; i++) {
      assertEquals(stored.value(i % 80, i / 80, 0) / 255f, grey.data()[i]);
    }
  }

  @ParameterizedTest
  @CsvSource({"5, 3", "5, 1", "5, 4", "3, 5", "1, 4", "4, 2"})
  void otherNumbersOfChannelsAreRefusedWithBoth(int found, int wanted) throws IOException {
    byte[] file = tiff(DataBuffer.TYPE_BYTE, found, 3, 1);
    UnreadableImageException e =
        assertThrows(UnreadableImageException.class, () -> decode(file, wanted));
    assertEquals(
        "it has %d channel(s), and the network takes %d".formatted(found, wanted), e.getMessage());
  }

  @Test
  void bigTiffIsNamed() {
    byte[] file = {'I', 'I', 43, 0, 8, 0, 0, 0, 16, 0, 0, 0, 0, 0, 0, 0};
    UnreadableImageException e =
        assertThrows(UnreadableImageException.class, () -> decode(file, 3));
    assertTrue(e.getMessage().startsWith("a BigTIFF, which is not supported"), e.getMessage());
  }

  @Test
  void heifUnderAnotherNameIsNamed() {
    byte[] file = "\0\0\0\30ftypheic\0\0\0\0mif1".getBytes(java.nio.charset.StandardCharsets.UTF_8);
    UnreadableImageException e =
        assertThrows(UnreadableImageException.class, () -> decode(file, 3));
    assertTrue(e.getMessage().contains("convert it to JPEG"), e.getMessage());
  }
}
