package org.flsl.views.pixels;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.stream.Stream;
import org.flsl.views.GoldenPixels;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Real numbers are treated as 8-bit values are, without the rounding. */
class FloatImageTest {

  static Stream<PixelOperation> operations() {
    return Stream.of(
        new Brightness(0.7f),
        new Brightness(1.4f),
        new Contrast(0.6f),
        new Contrast(1.4f),
        new Saturation(0.8f),
        new Saturation(1.2f),
        new Hue(0.1),
        new Hue(-0.3),
        new Greyscale(),
        new Solarise(128),
        new GaussianBlur(0.5f),
        new GaussianBlur(2f));
  }

  @ParameterizedTest
  @MethodSource("operations")
  void coloursChangeAsEightBitOnesDo(PixelOperation operation) {
    RgbImage bytes = GoldenPixels.image("resized_crop_96").copy();
    FloatImage floats = FloatImage.of(bytes);
    operation.applyTo((Image) bytes);
    operation.applyTo((Image) floats);
    double sum = 0;
    for (int i = 0; i < floats.data().length; i++) {
      sum += Math.abs(255 * floats.data()[i] - (bytes.data()[i] & 0xff));
    }
    double mean = sum / floats.data().length;
    assertTrue(mean < 1, operation + " differs by " + mean + " of 255 in the mean");
  }

  @Test
  void turnedOverTheLastColumnOrRowIsTheFirst() {
    RgbImage bytes = GoldenPixels.image("resized_crop_96");
    int last = bytes.width() - 1;
    int bottom = bytes.height() - 1;
    for (int x : new int[] {0, 7, last}) {
      for (int y : new int[] {0, 5, bottom}) {
        assertEquals(bytes.value(x, y, 1), bytes.mirrored().value(last - x, y, 1));
        assertEquals(bytes.value(x, y, 1), bytes.upsideDown().value(x, bottom - y, 1));
      }
    }
    FloatImage floats = FloatImage.of(bytes);
    assertArrayEquals(bytes.mirrored().data(), floats.mirrored().toRgb().data());
    assertArrayEquals(bytes.upsideDown().data(), floats.upsideDown().toRgb().data());
  }

  @Test
  void cropsAreResizedAsEightBitOnesAre() {
    RgbImage photo = GoldenPixels.image("photo");
    CropBox box = new CropBox(10, 20, 150, 200);
    for (int side : new int[] {40, 300}) {
      RgbImage bytes = new BicubicResize().resize(photo, box, side, side + 5);
      Image floats = new BicubicResize().resize((Image) FloatImage.of(photo), box, side, side + 5);
      byte[] rounded = floats.toRgb().data();
      double sum = 0;
      for (int i = 0; i < bytes.data().length; i++) {
        sum += Math.abs((bytes.data()[i] & 0xff) - (rounded[i] & 0xff));
      }
      // Pillow cuts off what overshoots after the rows, before the columns.
      assertTrue(sum / rounded.length < 0.5, "differs by " + sum / rounded.length);
    }
  }

  /** Bands are no colours: each for itself, and nothing mixes them. */
  @ParameterizedTest
  @MethodSource("operations")
  void bandsDoNotMix(PixelOperation operation) {
    FloatImage one = new FloatImage(8, 8, 1);
    FloatImage five = new FloatImage(8, 8, 5);
    for (int i = 0; i < 64; i++) {
      one.data()[i] = 0.2f + i / 100f;
      for (int c = 0; c < 5; c++) {
        five.data()[5 * i + c] = c == 2 ? one.data()[i] : c / 5f;
      }
    }
    operation.applyTo(one);
    operation.applyTo(five);
    for (int i = 0; i < 64; i++) {
      assertEquals(one.data()[i], five.data()[5 * i + 2], 1e-6, "pixel " + i);
    }
  }

  @Test
  void meansAndDeviationsThatAreNoNumbersAreRefused() {
    float[] fine = {0.5f};
    for (float bad : new float[] {Float.NaN, Float.POSITIVE_INFINITY}) {
      float[] given = {bad};
      assertThrows(IllegalArgumentException.class, () -> new ChannelNormaliser(given, fine));
      assertThrows(IllegalArgumentException.class, () -> new ChannelNormaliser(fine, given));
    }
  }

  @Test
  void isNormalisedByChannel() {
    FloatImage image = new FloatImage(2, 1, 2, new float[] {0.5f, 0.25f, 1, 0});
    float[] target = new float[5];
    new ChannelNormaliser(new float[] {0.5f, 0.25f}, new float[] {0.5f, 0.125f})
        .write(image, target, 1);
    assertArrayEquals(new float[] {0, 0, 1, 0, -2}, target);
  }
}
