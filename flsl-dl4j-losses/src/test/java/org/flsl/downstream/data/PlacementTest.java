package org.flsl.downstream.data;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.Optional;
import org.flsl.evaluation.data.ImageSize;
import org.flsl.evaluation.data.LabelMask;
import org.flsl.evaluation.data.LabelledBox;
import org.flsl.views.Range;
import org.flsl.views.ViewSeed;
import org.flsl.views.pixels.BicubicResize;
import org.flsl.views.pixels.ChannelNormaliser;
import org.flsl.views.pixels.CropBox;
import org.flsl.views.pixels.RgbImage;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Image, mask and boxes stay on one another, wherever they are put. */
class PlacementTest {
  private static final ImageSize CANVAS = new ImageSize(60, 80);
  private static final ChannelNormaliser PLAIN =
      new ChannelNormaliser(new float[3], new float[] {1, 1, 1});

  /** A bright rectangle on black, its mask and its box. */
  private static final CropBox OBJECT = new CropBox(20, 30, 24, 36);

  private static RgbImage photo(int height, int width) {
    RgbImage photo = new RgbImage(width, height);
    for (int y = 0; y < height; y++) {
      for (int x = 0; x < width; x++) {
        if (isObject(x, y)) {
          Arrays.fill(photo.data(), 3 * (y * width + x), 3 * (y * width + x) + 3, (byte) 255);
        }
      }
    }
    return photo;
  }

  private static boolean isObject(int x, int y) {
    return y >= OBJECT.top()
        && y < OBJECT.top() + OBJECT.height()
        && x >= OBJECT.left()
        && x < OBJECT.left() + OBJECT.width();
  }

  private static LabelMask mask(int height, int width) {
    int[] labels = new int[height * width];
    for (int i = 0; i < labels.length; i++) {
      labels[i] = isObject(i % width, i / width) ? 1 : 0;
    }
    return new LabelMask(width, height, labels);
  }

  private static LabelledBox box() {
    return new LabelledBox(
        7,
        OBJECT.left(),
        OBJECT.top(),
        OBJECT.left() + OBJECT.width(),
        OBJECT.top() + OBJECT.height());
  }

  @ParameterizedTest
  @CsvSource({"96, 128", "128, 96", "300, 90", "70, 301", "60, 80"})
  void whatIsBrightIsLabelledAndInTheBox(int height, int width) {
    RgbImage photo = photo(height, width);
    Augmentation augmentation =
        new Augmentation(new Range(0.4, 3), 0.5, Augmentation.NONE.colours(), 0, 0);
    int seen = 0;
    for (int image = 0; image < 40; image++) {
      Placement placement = augmentation.place(photo, CANVAS, new ViewSeed(5, 1, image));
      float[] canvas = new float[3 * 60 * 80];
      placement.write(placement.part(photo, new BicubicResize()), PLAIN, canvas, 0);
      LabelMask mask = placement.mask(mask(height, width));
      Optional<LabelledBox> box = placement.box(box());
      seen += box.isPresent() ? 1 : 0;
      for (int i = 0; i < 60 * 80; i++) {
        int label = mask.labels()[i];
        double x = i % 80 + 0.5;
        double y = i / 80 + 0.5;
        if (label == LabelMask.IGNORED) {
          assertEquals(0, canvas[i], "padding");
        } else if (isClear(canvas[i])) {
          assertEquals(canvas[i] > 0.5 ? 1 : 0, label, placement + " at " + x + ", " + y);
        }
        if (label == 1) {
          LabelledBox around = box.orElseThrow();
          assertTrue(
              around.left() - 0.5 <= x
                  && x <= around.right() + 0.5
                  && around.top() - 0.5 <= y
                  && y <= around.bottom() + 0.5,
              () -> placement + " " + around + " at " + x + ", " + y);
        }
        if (label != LabelMask.IGNORED) {
          assertEquals(x, placement.x(placement.photoX(x)), 1e-9);
          assertEquals(y, placement.y(placement.photoY(y)), 1e-9);
        }
      }
    }
    assertTrue(seen > 10, "seen: " + seen);
  }

  /** Away from the edges, where resizing mixes. */
  private static boolean isClear(float value) {
    return value < 0.05 || value > 0.95;
  }

  @Test
  void aBoxThatIsNotSeenIsNone() {
    Placement left =
        new Placement(new CropBox(0, 0, 60, 30), new CropBox(0, 0, 60, 80), CANVAS, false);
    assertEquals(Optional.empty(), left.box(box()));
    LabelledBox cut =
        new Placement(new CropBox(0, 0, 60, 40), new CropBox(0, 0, 60, 80), CANVAS, true)
            .box(box())
            .orElseThrow();
    assertEquals(new LabelledBox(7, 0, 20, 20, 44), cut);
  }

  @Test
  void aWholePhotoKeepsItsProportions() {
    Placement placement = Placement.fit(new RgbImage(200, 100), CANVAS);
    assertEquals(new CropBox(0, 0, 40, 80), placement.target());
    // So thin that a side would vanish.
    assertEquals(1, Placement.fit(new RgbImage(1000, 1), CANVAS).target().height());
  }

  @Test
  void everyChoiceIsSeededByItsPlace() {
    RgbImage photo = photo(96, 128);
    ViewSeed seed = new ViewSeed(3, 4, 5);
    Placement placement = Augmentation.USUAL.place(photo, CANVAS, seed);
    Augmentation.USUAL.place(photo, CANVAS, new ViewSeed(3, 4, 6));
    assertEquals(placement, Augmentation.USUAL.place(photo, CANVAS, seed));
    assertTrue(
        java.util.stream.IntStream.range(0, 9)
                .mapToObj(i -> Augmentation.USUAL.place(photo, CANVAS, new ViewSeed(3, i, 5)))
                .distinct()
                .count()
            == 9);
  }

  @Test
  void refusesWhatMakesNoSense() {
    assertThrows(
        IllegalArgumentException.class,
        () -> new Placement(OBJECT, new CropBox(30, 0, 40, 80), CANVAS, false));
    assertThrows(
        IllegalArgumentException.class,
        () -> new Augmentation(new Range(0, 1), 0, Augmentation.NONE.colours(), 0, 0));
    assertThrows(
        IllegalArgumentException.class,
        () -> new Augmentation(new Range(1, 1), 1.5, Augmentation.NONE.colours(), 0, 0));
  }
}
