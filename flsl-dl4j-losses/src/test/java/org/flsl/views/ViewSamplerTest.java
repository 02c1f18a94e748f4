package org.flsl.views;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.List;
import org.flsl.views.pixels.BicubicResize;
import org.flsl.views.pixels.CropBox;
import org.flsl.views.pixels.Image;
import org.flsl.views.pixels.RgbImage;
import org.junit.jupiter.api.Test;

class ViewSamplerTest {

  private static final ViewConfig SMALL =
      ViewConfig.builder().globalSize(64).localSize(32).patch(8).build();

  /** Red grows with x and green with y, so that colours tell places. */
  private static RgbImage map() {
    RgbImage image = new RgbImage(200, 200);
    for (int y = 0; y < 200; y++) {
      for (int x = 0; x < 200; x++) {
        image.data()[3 * (y * 200 + x)] = (byte) (20 + x);
        image.data()[3 * (y * 200 + x) + 1] = (byte) (20 + y);
      }
    }
    return image;
  }

  private static int[] centre(Image image) {
    RgbImage view = image.toRgb();
    int middle = view.width() / 2;
    return new int[] {view.value(middle, middle, 0), view.value(middle, middle, 1)};
  }

  @Test
  void viewsHaveTheirSizes() {
    List<Image> crops = new ViewSampler(SMALL).crops(map(), new ViewSeed(1, 2, 3));

    assertEquals(4, crops.size());
    for (int view = 0; view < 4; view++) {
      assertEquals(view < 2 ? 64 : 32, crops.get(view).height());
      assertEquals(view < 2 ? 64 : 32, crops.get(view).width());
    }
  }

  @Test
  void studentViewsAreCropsOfTheResizedTeacherViewAsPublished() {
    // With all of the image and a fixed ratio nothing is left to chance.
    ViewConfig config =
        SMALL.toBuilder()
            .teacherScale(.25, .25)
            .studentScale(1, 1)
            .localScale(1, 1)
            .aspectRatio(1, 1)
            .build();
    RgbImage photo = map();

    List<Image> crops = new ViewSampler(config).crops(photo, new ViewSeed(1, 0, 0));

    RgbImage teacher = crops.get(0).toRgb();
    assertArrayEquals(teacher.data(), crops.get(1).toRgb().data(), "all of the teacher's view");
    RgbImage halved = new BicubicResize().resize(teacher, CropBox.whole(teacher), 32, 32);
    assertArrayEquals(halved.data(), crops.get(2).toRgb().data(), "all of it, resized once more");
    assertFalse(Arrays.equals(photo.data(), teacher.data()));
  }

  @Test
  void studentViewsStayInsideTheTeachersView() {
    ViewConfig config = SMALL.toBuilder().teacherScale(.2, .3).build();
    ViewSampler sampler = new ViewSampler(config);
    for (int image = 0; image < 100; image++) {
      List<Image> crops = sampler.crops(map(), new ViewSeed(1, 0, image));
      RgbImage teacher = crops.get(0).toRgb();
      for (Image view : crops.subList(1, 4)) {
        int[] place = centre(view);
        for (int axis = 0; axis < 2; axis++) {
          assertTrue(place[axis] >= teacher.value(0, 0, axis));
          assertTrue(place[axis] <= teacher.value(63, 63, axis));
        }
      }
    }
  }

  @Test
  void nothingIsMirrored() {
    ViewSampler sampler = new ViewSampler(SMALL);
    for (int image = 0; image < 50; image++) {
      for (Image crop : sampler.crops(map(), new ViewSeed(1, 0, image))) {
        RgbImage view = crop.toRgb();
        int last = view.width() - 1;
        assertTrue(view.value(last, 0, 0) > view.value(0, 0, 0), "red grows to the right");
        assertTrue(view.value(0, last, 1) > view.value(0, 0, 1), "green grows downwards");
      }
    }
  }

  @Test
  void everyPartOfTheSeedMattersAndOnlyThat() {
    ViewSampler sampler = new ViewSampler(SMALL);
    byte[] reference = teacher(sampler, new ViewSeed(1, 2, 3));

    assertArrayEquals(reference, teacher(new ViewSampler(SMALL), new ViewSeed(1, 2, 3)));
    assertFalse(Arrays.equals(reference, teacher(sampler, new ViewSeed(2, 2, 3))), "seed");
    assertFalse(Arrays.equals(reference, teacher(sampler, new ViewSeed(1, 3, 3))), "epoch");
    assertFalse(Arrays.equals(reference, teacher(sampler, new ViewSeed(1, 2, 4))), "image");
  }

  private static byte[] teacher(ViewSampler sampler, ViewSeed seed) {
    return sampler.crops(map(), seed).get(0).toRgb().data();
  }

  @Test
  void viewsAreIndependentOfEachOther() {
    ViewSeed seed = new ViewSeed(1, 2, 3);
    List<Image> two = new ViewSampler(SMALL).crops(map(), seed);
    List<Image> five = new ViewSampler(SMALL.toBuilder().localViews(5).build()).crops(map(), seed);

    for (int view = 0; view < two.size(); view++) {
      assertArrayEquals(
          two.get(view).toRgb().data(), five.get(view).toRgb().data(), "view " + view);
    }
    assertFalse(
        Arrays.equals(two.get(2).toRgb().data(), two.get(3).toRgb().data()), "local views differ");
  }

  @Test
  void augmentationDiffersBetweenViewsOfOneImage() {
    ViewConfig always = SMALL.toBuilder().jitterProbability(1).build();
    ViewSampler sampler = new ViewSampler(always);
    RgbImage first = map();
    RgbImage second = map();
    sampler.augment(first, 0, new ViewSeed(1, 2, 3));
    sampler.augment(second, 1, new ViewSeed(1, 2, 3));

    assertFalse(Arrays.equals(first.data(), second.data()));
  }

  @Test
  void enoughPixelsLeavesTwiceTheViewInTheSmallestCrop() {
    int side = ViewSampler.enoughPixels(ViewConfig.paper());

    // A square photograph of that side; the least crop has 0.8 of its area and ratio 3:4.
    double narrowest = Math.sqrt(.8 * side * side * 3 / 4);
    assertEquals(2 * 224, narrowest, 1);
  }
}
