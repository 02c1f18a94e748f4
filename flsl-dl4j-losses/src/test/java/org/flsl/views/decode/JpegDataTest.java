package org.flsl.views.decode;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.Random;
import java.util.stream.Stream;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.IntPointer;
import org.bytedeco.opencv.global.opencv_core;
import org.bytedeco.opencv.global.opencv_imgcodecs;
import org.bytedeco.opencv.opencv_core.Mat;
import org.flsl.views.Fixtures;
import org.flsl.views.GoldenPixels;
import org.flsl.views.pixels.RgbImage;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A JPEG whose end is intact and whose middle is not is damaged; every other one is not. */
class JpegDataTest {

  private static byte[] jpeg(int... settings) {
    RgbImage photo = GoldenPixels.image("photo");
    try (BytePointer pixels = new BytePointer(photo.data());
        Mat image = new Mat(photo.height(), photo.width(), opencv_core.CV_8UC3, pixels);
        BytePointer file = new BytePointer()) {
      opencv_imgcodecs.imencode(".jpg", image, file, new IntPointer(settings));
      byte[] bytes = new byte[(int) file.limit()];
      file.get(bytes);
      return bytes;
    }
  }

  /** Baseline, with optimised tables, progressive, and with restart markers. */
  static Stream<byte[]> kinds() {
    return Stream.of(
        jpeg(),
        jpeg(opencv_imgcodecs.IMWRITE_JPEG_OPTIMIZE, 1),
        jpeg(opencv_imgcodecs.IMWRITE_JPEG_PROGRESSIVE, 1),
        jpeg(opencv_imgcodecs.IMWRITE_JPEG_RST_INTERVAL, 7));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"rgb.jpg", "grey.jpg", "cmyk.jpg", "progressive.jpg", "exif6.jpg", "exif3.jpg"})
  void wholeFilesPass(String name) {
    assertDoesNotThrow(() -> JpegData.check(Fixtures.bytes(name)));
  }

  @ParameterizedTest
  @MethodSource("kinds")
  void wholeFilesOfEveryKindPass(byte[] file) {
    assertDoesNotThrow(() -> JpegData.check(file));
  }

  @ParameterizedTest
  @MethodSource("kinds")
  void holesOfEveryKindAreFound(byte[] file) {
    Random random = new Random(1);
    for (double place : new double[] {0.3, 0.5, 0.8}) {
      int at = (int) (place * file.length);
      int length = file.length / 10;
      byte[] noise = new byte[length];
      random.nextBytes(noise);
      refused("zeros", at, filled(file, at, new byte[length]));
      refused("noise", at, filled(file, at, noise));
      byte[] full = new byte[length];
      Arrays.fill(full, (byte) 0xff);
      refused("ones", at, filled(file, at, full));
      byte[] cut = Arrays.copyOf(file, file.length - length);
      System.arraycopy(file, at + length, cut, at, file.length - at - length);
      refused("cut", at, cut);
    }
  }

  private static byte[] filled(byte[] file, int at, byte[] by) {
    byte[] damaged = file.clone();
    System.arraycopy(by, 0, damaged, at, by.length);
    return damaged;
  }

  private static void refused(String hole, int at, byte[] damaged) {
    UnreadableImageException e =
        assertThrows(
            UnreadableImageException.class,
            () -> new ImageDecoder().decode(damaged),
            hole + " at " + at);
    assertTrue(e.getMessage().startsWith("corrupt JPEG"), e.getMessage());
  }

  /** Some cameras write zeros between the picture and its end. */
  @Test
  void fillBytesInFrontOfTheEndPass() {
    byte[] file = jpeg();
    byte[] filled = Arrays.copyOf(file, file.length + 100);
    Arrays.fill(filled, file.length - 2, filled.length, (byte) 0);
    System.arraycopy(file, file.length - 2, filled, filled.length - 2, 2);
    assertDoesNotThrow(() -> JpegData.check(filled));
  }
}
