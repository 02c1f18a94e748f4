package org.flsl.views.pixels;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.stream.Stream;
import org.flsl.views.GoldenPixels;
import org.flsl.views.ImageDifference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Every pixel operation against the values of the published code's libraries. */
class PublishedPixelsTest {

  static Stream<Arguments> resizedCrops() {
    return Stream.of(
        Arguments.of("photo", "resized_crop_96", new CropBox(10, 20, 150, 180), 96, 96),
        Arguments.of(
            "resized_crop_96", "resized_crop_of_crop_48", new CropBox(5, 7, 60, 50), 48, 48),
        Arguments.of("photo", "resized_crop_upsample_96", new CropBox(40, 60, 50, 60), 96, 96),
        Arguments.of("photo", "resized_crop_24x40", new CropBox(3, 5, 240, 200), 24, 40),
        Arguments.of("photo", "resized_crop_of_2_pixels", new CropBox(100, 100, 2, 1), 9, 7),
        Arguments.of(
            "resized_crop_96", "resized_crop_one_axis", new CropBox(0, 0, 96, 96), 96, 50));
  }

  @ParameterizedTest
  @MethodSource("resizedCrops")
  void resizedCropsEqualThePublished(
      String source, String expected, CropBox box, int height, int width) {
    RgbImage actual = new BicubicResize().resize(GoldenPixels.image(source), box, height, width);

    assertIdentical(expected, actual);
  }

  static Stream<Arguments> operations() {
    return Stream.of(
        Arguments.of("brightness_0.7", new Brightness(0.7f)),
        Arguments.of("brightness_1.3", new Brightness(1.3f)),
        Arguments.of("contrast_0.7", new Contrast(0.7f)),
        Arguments.of("contrast_1.3", new Contrast(1.3f)),
        Arguments.of("contrast_2.5", new Contrast(2.5f)),
        Arguments.of("saturation_0.0", new Saturation(0)),
        Arguments.of("saturation_0.7", new Saturation(0.7f)),
        Arguments.of("saturation_1.3", new Saturation(1.3f)),
        Arguments.of("hue_-0.1", new Hue(-0.1)),
        Arguments.of("hue_0.06", new Hue(0.06)),
        Arguments.of("hue_0.5", new Hue(0.5)),
        Arguments.of("hue_-0.5", new Hue(-0.5)),
        Arguments.of("grayscale", new Greyscale()),
        Arguments.of("gaussian_blur_radius_0.3", new GaussianBlur(0.3f)),
        Arguments.of("gaussian_blur_radius_1.0", new GaussianBlur(1f)),
        Arguments.of("gaussian_blur_radius_2.0", new GaussianBlur(2f)),
        Arguments.of("gaussian_blur_radius_7.3", new GaussianBlur(7.3f)),
        Arguments.of("solarize_128", new Solarise(Solarise.PUBLISHED_THRESHOLD)));
  }

  @ParameterizedTest
  @MethodSource("operations")
  void operationsEqualThePublished(String expected, PixelOperation operation) {
    RgbImage image = GoldenPixels.image("resized_crop_96");
    RgbImage original = image.copy();

    operation.applyTo(image);

    assertTrue(ImageDifference.between(original, image).mean() > 0.1, "the operation did nothing");
    assertIdentical(expected, image);
  }

  @Test
  void blurOfAnImageSmallerThanItsBoxEqualsThePublished() {
    RgbImage image =
        new BicubicResize().resize(GoldenPixels.image("photo"), new CropBox(100, 100, 2, 3), 2, 3);

    new GaussianBlur(2).applyTo(image);

    assertIdentical("blur_of_3x2", image);
  }

  @Test
  void normalisedNumbersEqualThePublished() {
    RgbImage image = GoldenPixels.image("resized_crop_96");
    float[] expected = GoldenPixels.numbers("normalised");
    float[] actual = new float[expected.length];

    new ChannelNormaliser(new float[] {.485f, .456f, .406f}, new float[] {.229f, .224f, .225f})
        .write(image, actual, 0);

    assertArrayEquals(expected, actual, 1e-6f);
  }

  private static void assertIdentical(String expected, RgbImage actual) {
    assertEquals(
        new ImageDifference(0, 0), ImageDifference.between(GoldenPixels.image(expected), actual));
  }
}
