package org.flsl.evaluation.boxes;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.Optional;
import org.flsl.evaluation.data.LabelledBox;
import org.flsl.layers.TokenGrid;
import org.flsl.views.pixels.RgbImage;
import org.junit.jupiter.api.Test;

class CentreCropTest {

  @Test
  void movesBoxesExactlyLikePixels() {
    RgbImage image = new RgbImage(200, 100);
    LabelledBox white = new LabelledBox(3, 80, 20, 120, 60);
    for (int y = 20; y < 60; y++) {
      Arrays.fill(image.data(), 3 * (y * 200 + 80), 3 * (y * 200 + 120), (byte) 255);
    }
    CentreCrop crop = new CentreCrop(64, 56);

    RgbImage square = crop.image(image).toRgb();
    LabelledBox box = crop.box(white, 100, 200).orElseThrow();

    assertEquals(56, square.width());
    assertEquals(3, box.category());
    double brightness = 0;
    double x = 0;
    double y = 0;
    for (int i = 0; i < 56 * 56; i++) {
      int value = square.value(i % 56, i / 56, 0);
      brightness += value / 255.0;
      x += (i % 56 + 0.5) * value / 255.0;
      y += (i / 56 + 0.5) * value / 255.0;
    }
    assertEquals(box.area(), brightness, 0.02 * box.area());
    assertEquals((box.left() + box.right()) / 2, x / brightness, 0.05);
    assertEquals((box.top() + box.bottom()) / 2, y / brightness, 0.05);
  }

  @Test
  void cutsBoxesAtTheBorderAndDropsThoseOutside() {
    CentreCrop crop = new CentreCrop(100, 100);

    assertEquals(
        Optional.of(new LabelledBox(0, 0, 10, 25, 40)),
        crop.box(new LabelledBox(0, 20, 10, 75, 40), 100, 200));
    assertEquals(Optional.empty(), crop.box(new LabelledBox(0, 0, 10, 40, 40), 100, 200));
  }

  @Test
  void keepsThePublishedProportions() {
    assertEquals(new CentreCrop(256, 224), CentreCrop.of(224));
  }

  @Test
  void findsTheTokensOfABox() {
    BoxTokens tokens = new BoxTokens(new TokenGrid(4, 4), 40);

    int[] inside = tokens.inside(new LabelledBox(0, 10, 0, 26, 16));
    assertEquals("[1, 2, 5, 6]", Arrays.toString(inside), "middles at 5, 15, 25, 35");
    int[] tiny = tokens.inside(new LabelledBox(0, 31, 31, 32, 32));
    assertEquals("[15]", Arrays.toString(tiny));
    int[] patches = tokens.patches(new LabelledBox(0, 0, 0, 40, 40));
    assertEquals("[0, 2, 3, 8, 10, 11, 12, 14, 15]", Arrays.toString(patches));
    assertTrue(
        Arrays.stream(tokens.patches(new LabelledBox(0, 31, 31, 40, 40))).allMatch(i -> i == 15));
  }
}
