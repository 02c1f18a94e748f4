package org.flsl.examples.train;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Arrays;
import java.util.List;
import org.flsl.evaluation.data.BoxSet;
import org.flsl.evaluation.data.ImageSize;
import org.flsl.evaluation.data.LabelledBox;
import org.flsl.evaluation.data.ReadableImages;
import org.flsl.views.decode.ImageDecoder;
import org.flsl.views.pixels.Image;
import org.flsl.views.pixels.RgbImage;
import org.junit.jupiter.api.Test;

class ObjectSizesTest {

  /** Images of 100 rows and 50 columns, each with boxes of some sides. */
  private record Squares(double[]... sides) implements BoxSet {
    @Override
    public int size() {
      return sides.length;
    }

    @Override
    public String name(int image) {
      return "image " + image;
    }

    @Override
    public Image image(int image, ImageDecoder decoder) {
      return new RgbImage(50, 100);
    }

    @Override
    public List<String> classes() {
      return List.of("square");
    }

    @Override
    public List<LabelledBox> boxes(int image) {
      return Arrays.stream(sides[image]).mapToObj(s -> new LabelledBox(0, 0, 0, s, s)).toList();
    }
  }

  private static String words(ImageSize canvas, double[]... sides) {
    return new ObjectSizes(new ReadableImages(new ImageDecoder()).of(new Squares(sides)), canvas)
        .toString();
  }

  @Test
  void halfAreNotLargerThanTheMiddleOneOnTheCanvas() {
    assertEquals(
        "half of the objects are of at most 40 x 40 pixels on a canvas of 200 x 300",
        words(new ImageSize(200, 300), new double[] {10, 30}, new double[] {}, new double[] {20}));
    assertEquals(
        "half of the objects are of at most 60 x 60 pixels on a canvas of 600 x 150",
        words(new ImageSize(600, 150), new double[] {40}, new double[] {20}));
  }

  @Test
  void smallOnesWantALargerCanvas() {
    assertEquals(
        "half of the objects are of at most 5 x 5 pixels on a canvas of 50 x 50: a larger --size may"
            + " find more of them",
        words(new ImageSize(50, 50), new double[] {10}));
  }

  @Test
  void noneAreNone() {
    assertEquals("no objects", words(new ImageSize(50, 50), new double[] {}));
  }
}
