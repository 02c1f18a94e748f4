package org.flsl.examples.pictures;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import org.flsl.layers.TokenGrid;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class UpsamplingTest {
  private static final TokenGrid GRID = new TokenGrid(2, 3);

  @Test
  void cellsAreCrisp() {
    float[] pixels = Upsampling.CELLS.pixels(new float[] {1, 2, 3, 4, 5, 6}, GRID, 4, 6);
    assertArrayEquals(
        new float[] {
          1, 1, 2, 2, 3, 3,
          1, 1, 2, 2, 3, 3,
          4, 4, 5, 5, 6, 6,
          4, 4, 5, 5, 6, 6
        },
        pixels);
  }

  @ParameterizedTest
  @EnumSource
  void aConstantStaysConstant(Upsampling upsampling) {
    float[] values = new float[GRID.tokens()];
    Arrays.fill(values, 0.7f);
    for (float pixel : upsampling.pixels(values, GRID, 17, 31)) {
      assertEquals(0.7f, pixel, 1e-6f);
    }
  }

  @Test
  void smoothRisesSteadilyAndStaysBetweenTheTokens() {
    float[] pixels = Upsampling.SMOOTH.pixels(new float[] {0, 1}, new TokenGrid(1, 2), 1, 40);
    for (int x = 1; x < pixels.length; x++) {
      assertTrue(pixels[x] >= pixels[x - 1], "at " + x);
    }
    assertTrue(pixels[0] >= 0 && pixels[39] <= 1);
    assertEquals(0.5, (pixels[19] + pixels[20]) / 2, 1e-6, "symmetric");
  }
}
