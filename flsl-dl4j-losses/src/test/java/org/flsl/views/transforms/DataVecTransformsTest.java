package org.flsl.views.transforms;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.util.List;
import java.util.Random;
import org.bytedeco.javacv.Frame;
import org.datavec.image.data.ImageWritable;
import org.datavec.image.loader.NativeImageLoader;
import org.datavec.image.transform.FlipImageTransform;
import org.datavec.image.transform.ImageTransform;
import org.datavec.image.transform.PipelineImageTransform;
import org.flsl.views.ColourJitter;
import org.flsl.views.CropSampler;
import org.flsl.views.Fixtures;
import org.flsl.views.GoldenPixels;
import org.flsl.views.ImageDifference;
import org.flsl.views.Range;
import org.flsl.views.ViewConfig;
import org.flsl.views.decode.ImageDecoder;
import org.flsl.views.pixels.CropBox;
import org.flsl.views.pixels.GaussianBlur;
import org.flsl.views.pixels.Greyscale;
import org.flsl.views.pixels.RgbImage;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.nd4j.common.primitives.Pair;
import org.nd4j.linalg.api.ndarray.INDArray;

/** The transforms behave as DataVec transforms on DataVec's own images. */
class DataVecTransformsTest {

  private static ImageWritable load(String name) throws IOException {
    return new NativeImageLoader().asWritable(Fixtures.image(name).toFile());
  }

  private static RgbImage rgb(ImageWritable image) {
    return Frames.toRgb(image.getFrame());
  }

  private static void assertSame(RgbImage expected, ImageWritable actual) {
    assertEquals(new ImageDifference(0, 0), ImageDifference.between(expected, rgb(actual)));
  }

  @Test
  void framesKeepPixelsAndChannelOrder() throws IOException {
    RgbImage decoded = new ImageDecoder().decode(Fixtures.image("rgb.png")).toRgb();

    assertSame(decoded, load("rgb.png"));
    assertSame(decoded, new ImageWritable(Frames.fromRgb(decoded)));
  }

  @Test
  void publishedGreyAndSolarisedValuesComeThroughTheAdapter() {
    ImageWritable crop = new ImageWritable(Frames.fromRgb(GoldenPixels.image("resized_crop_96")));

    assertSame(GoldenPixels.image("grayscale"), new GreyscaleTransform().transform(crop));
    assertSame(GoldenPixels.image("solarize_128"), new SolariseTransform().transform(crop));
  }

  @Test
  void publishedNormalisedValuesComeThroughTheAdapterBlueFirst() throws IOException {
    ImageWritable crop = new ImageWritable(Frames.fromRgb(GoldenPixels.image("resized_crop_96")));
    ViewConfig config = ViewConfig.paper();

    INDArray actual =
        new NativeImageLoader()
            .asMatrix(new NormaliseTransform(config.mean(), config.std()).transform(crop));

    assertArrayEquals(new long[] {1, 3, 96, 96}, actual.shape());
    float[] expected = GoldenPixels.numbers("normalised");
    int plane = 96 * 96;
    float[] numbers = actual.dup('c').data().asFloat();
    for (int i = 0; i < plane; i++) {
      assertEquals(expected[2 * plane + i], numbers[i], 1e-6, "blue");
      assertEquals(expected[plane + i], numbers[plane + i], 1e-6, "green");
      assertEquals(expected[i], numbers[2 * plane + i], 1e-6, "red");
    }
  }

  static List<ImageTransform> randomTransforms() {
    Random own = new Random(5);
    return List.of(
        new ColourJitterTransform(own),
        new GaussianBlurTransform(own),
        new RandomResizedCropTransform(
            own, new CropSampler(new Range(0.2, 0.6), new Range(0.75, 4 / 3.0)), 32, 48),
        new ColourAugmentationTransform(own, ViewConfig.builder().jitterProbability(1).build()));
  }

  @ParameterizedTest
  @MethodSource("randomTransforms")
  void randomnessComesFromTheGivenGenerator(ImageTransform transform) throws IOException {
    ImageWritable image = load("rgb.png");

    RgbImage first = rgb(transform.transform(image, new Random(1)));
    RgbImage other = rgb(transform.transform(image, new Random(2)));
    RgbImage again = rgb(transform.transform(image, new Random(1)));

    assertArrayEquals(first.data(), again.data());
    assertTrue(ImageDifference.between(first, other).mean() > 0, "another seed, another image");
    assertSame(new ImageDecoder().decode(Fixtures.image("rgb.png")).toRgb(), image);
  }

  @ParameterizedTest
  @MethodSource("randomTransforms")
  void noGeneratorMeansTheSameResultEveryTime(ImageTransform transform) throws IOException {
    ImageWritable image = load("rgb.png");

    assertArrayEquals(
        rgb(transform.transform(image, null)).data(), rgb(transform.transform(image, null)).data());
    assertNull(transform.transform(null, null));
  }

  @Test
  void cropMovesCoordinates() throws IOException {
    // Scale and ratio leave one choice of size only: half of the 80x64 picture's height and width.
    CropSampler quarter = new CropSampler(new Range(.25, .25), new Range(1.25, 1.25));
    RandomResizedCropTransform transform =
        new RandomResizedCropTransform(new Random(3), quarter, 64, 80);
    assertThrows(IllegalStateException.class, () -> transform.query(0, 0));

    transform.transform(load("rgb.png"), new Random(7));

    CropBox box = quarter.draw(64, 80, new Random(7));
    assertEquals(32, box.height());
    assertEquals(40, box.width());
    assertArrayEquals(
        new float[] {0, 0, 80, 64},
        transform.query(box.left(), box.top(), box.left() + box.width(), box.top() + box.height()),
        1e-5f);
  }

  @Test
  void pipelineWithDataVecsOwnTransformsAppliesAllInOrder() throws IOException {
    PipelineImageTransform pipeline =
        new PipelineImageTransform(
            List.of(
                new Pair<ImageTransform, Double>(new FlipImageTransform(1), 1.0),
                new Pair<ImageTransform, Double>(
                    new GaussianBlurTransform(null, new Range(1, 1)), 1.0),
                new Pair<ImageTransform, Double>(new GreyscaleTransform(), 1.0)));

    ImageWritable actual = pipeline.transform(load("rgb.png"));

    RgbImage expected = new ImageDecoder().decode(Fixtures.image("rgb.png")).toRgb();
    mirror(expected);
    new GaussianBlur(1).applyTo(expected);
    new Greyscale().applyTo(expected);
    assertSame(expected, actual);
    assertArrayEquals(new float[] {80 - 1 - 3, 4}, pipeline.query(3, 4));
  }

  private static void mirror(RgbImage image) {
    RgbImage copy = image.copy();
    for (int i = 0; i < image.data().length; i++) {
      int channel = i % 3;
      int x = i / 3 % image.width();
      int y = i / 3 / image.width();
      image.data()[i] = (byte) copy.value(image.width() - 1 - x, y, channel);
    }
  }

  @Test
  void floatImagesAreRefusedWithAdvice() throws IOException {
    ImageWritable floats =
        new NormaliseTransform(new float[3], new float[] {1, 1, 1}).transform(load("rgb.png"));

    IllegalArgumentException e =
        assertThrows(
            IllegalArgumentException.class, () -> new GreyscaleTransform().transform(floats));

    assertTrue(e.getMessage().contains("put normalisation last"), e.getMessage());
    assertEquals(Frame.DEPTH_FLOAT, floats.getDepth());
  }

  @Test
  void jitterOfNoStrengthChangesNothing() throws IOException {
    ImageWritable image = load("rgb.png");

    ImageWritable same =
        new ColourJitterTransform(new Random(1), new ColourJitter(0, 0, 0, 0)).transform(image);

    assertSame(rgb(image), same);
  }
}
