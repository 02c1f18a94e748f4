package org.flsl.views.decode;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import org.bytedeco.opencv.global.opencv_core;
import org.flsl.views.Fixtures;
import org.flsl.views.GoldenPixels;
import org.flsl.views.ImageDifference;
import org.flsl.views.PhotoFolder;
import org.flsl.views.pixels.BicubicResize;
import org.flsl.views.pixels.CropBox;
import org.flsl.views.pixels.RgbImage;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Every format and variant shows the same picture (see src/test/resources/images/README.md). */
class ImageDecoderTest {

  private final ImageDecoder decoder = new ImageDecoder();

  /** The tolerance is what the format itself loses: none for lossless ones. */
  @ParameterizedTest
  @CsvSource({
    "rgb.png, 0",
    "rgb.bmp, 0",
    "rgb.tif, 0",
    "lossless.webp, 0",
    "rgb16.png, 0",
    "alpha.png, 0",
    "alpha.webp, 0",
    "exif6.png, 0",
    "exif6.tif, 0",
    "cmyk.tif, 0",
    "rgb.jpg, 3",
    "progressive.jpg, 3",
    "cmyk.jpg, 3",
    "exif3.jpg, 3",
    "exif5.jpg, 3",
    "exif6.jpg, 3",
    "exif8.jpg, 3",
    "rgb.webp, 3",
    "exif6.webp, 3",
    "animated.webp, 3",
    "palette.png, 3",
    "rgb.gif, 3",
    "animated.gif, 3",
  })
  void colourFilesShowThePicture(String name, double tolerance) throws IOException {
    assertShows("rgb.png", name, tolerance);
  }

  @ParameterizedTest
  @CsvSource({
    "grey.tif, 0",
    "grey16.png, 1",
    "grey16.tif, 1",
    "grey_alpha.png, 0",
    "grey.jpg, 3",
  })
  void greyFilesShowTheGreyPictureInThreeEqualChannels(String name, double tolerance)
      throws IOException {
    assertShows("grey.png", name, tolerance);
    RgbImage image = decoder.decode(Fixtures.image(name)).toRgb();
    assertEquals(image.value(40, 30, 0), image.value(40, 30, 1));
    assertEquals(image.value(40, 30, 0), image.value(40, 30, 2));
  }

  @Test
  void bilevelFilesAreBlackAndWhite() throws IOException {
    assertShows("bilevel.png", "bilevel.tif", 0);
    RgbImage image = decoder.decode(Fixtures.image("bilevel.png")).toRgb();
    for (byte value : image.data()) {
      assertTrue(value == 0 || value == (byte) 255);
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "rgb.jpg",
        "progressive.jpg",
        "rgb.png",
        "rgb.bmp",
        "rgb.gif",
        "rgb.webp",
        "lossless.webp",
        "rgb.tif",
        "grey16.tif",
        "bilevel.tif"
      })
  void truncatedFilesAreRefused(String name) throws IOException {
    byte[] whole = Fixtures.bytes(name);

    for (double part : new double[] {0.05, 0.3, 0.6, 0.9}) {
      byte[] cut = Arrays.copyOf(whole, (int) (part * whole.length));
      UnreadableImageException e =
          assertThrows(
              UnreadableImageException.class, () -> decoder.decode(cut), name + " cut at " + part);
      assertTrue(e.getMessage().matches("(?s).*(truncated|corrupt).*"), e.getMessage());
    }
  }

  @Test
  void jpegWithTrailingBytesIsComplete() throws IOException {
    byte[] whole = Fixtures.bytes("rgb.jpg");
    RgbImage image = decoder.decode(Arrays.copyOf(whole, whole.length + 100)).toRgb();

    assertEquals(
        new ImageDifference(0, 0), ImageDifference.between(decoder.decode(whole).toRgb(), image));
  }

  @Test
  void corruptPngIsRefused() throws IOException {
    byte[] file = Fixtures.bytes("rgb.png");
    Arrays.fill(file, 4000, 4100, (byte) 0x5a);

    assertThrows(UnreadableImageException.class, () -> decoder.decode(file));
  }

  @Test
  void textIsRefusedAndTheMessageShowsItsStart() {
    byte[] text = "hello, I am no image".getBytes(StandardCharsets.UTF_8);

    UnreadableImageException e =
        assertThrows(UnreadableImageException.class, () -> decoder.decode(text));

    assertEquals(
        "not an image of a known format (20 bytes, starting with \"hello, I am no i\")",
        e.getMessage());
  }

  @Test
  void emptyFileIsRefused() {
    UnreadableImageException e =
        assertThrows(UnreadableImageException.class, () -> decoder.decode(new byte[0]));

    assertEquals("the file is empty (0 bytes)", e.getMessage());
  }

  @Test
  void absurdSizeIsRefusedBeforeDecoding() throws IOException {
    byte[] file = Fixtures.bytes("rgb.png");
    // 0x00ffffff columns and rows in the PNG header
    Arrays.fill(file, 17, 20, (byte) 0xff);
    Arrays.fill(file, 21, 24, (byte) 0xff);

    UnreadableImageException e =
        assertThrows(UnreadableImageException.class, () -> decoder.decode(file));

    assertTrue(e.getMessage().contains("16777215x16777215"), e.getMessage());
  }

  @Test
  void missingFileIsAnIoException() {
    assertThrows(IOException.class, () -> decoder.decode(Path.of("no", "such.jpg")));
  }

  @ParameterizedTest
  @CsvSource({
    // name, smallest side, expected width and height
    "rgb.jpg, 64, 80, 64",
    "rgb.jpg, 33, 80, 64",
    "rgb.jpg, 32, 40, 32",
    "rgb.jpg, 8, 10, 8",
    "rgb.jpg, 1, 10, 8",
    "rgb.png, 16, 20, 16",
    "rgb.tif, 16, 20, 16",
    "exif6.jpg, 16, 20, 16",
  })
  void largeImagesAreReducedNoFurtherThanAskedFor(String name, int minSide, int width, int height)
      throws IOException {
    RgbImage image = new ImageDecoder(minSide).decode(Fixtures.image(name)).toRgb();

    assertEquals(width, image.width());
    assertEquals(height, image.height());
  }

  @Test
  void reducingDoesNotChangeWhatACropShows() {
    RgbImage photo =
        new BicubicResize().resize(GoldenPixels.image("photo"), whole(256, 331), 768, 992);
    for (String format : new String[] {".jpg", ".png"}) {
      byte[] file = encode(format, photo);
      for (int reduction : new int[] {2, 4, 8}) {
        // A view of half the reduced size, of the least size that reduction is allowed for.
        int height = 768 / reduction / 2;
        int width = 992 / reduction / 2;
        RgbImage fromWhole = decodeAndResize(new ImageDecoder(), file, height, width);
        RgbImage fromReduced =
            decodeAndResize(new ImageDecoder(768 / reduction), file, height, width);

        double difference = ImageDifference.between(fromWhole, fromReduced).mean();
        assertTrue(difference <= 1.5, format + " reduced by " + reduction + ": " + difference);
      }
    }
  }

  private static CropBox whole(int height, int width) {
    return new CropBox(0, 0, height, width);
  }

  private static RgbImage decodeAndResize(
      ImageDecoder decoder, byte[] file, int height, int width) {
    try {
      RgbImage image = decoder.decode(file).toRgb();
      return new BicubicResize().resize(image, CropBox.whole(image), height, width);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static byte[] encode(String format, RgbImage image) {
    return PhotoFolder.encode(
        format, image.data(), image.height(), image.width(), opencv_core.CV_8UC3);
  }

  private void assertShows(String expected, String actual, double tolerance) throws IOException {
    ImageDifference difference =
        ImageDifference.between(
            decoder.decode(Fixtures.image(expected)).toRgb(),
            decoder.decode(Fixtures.image(actual)).toRgb());
    assertTrue(difference.mean() <= tolerance, actual + " differs: " + difference);
  }
}
