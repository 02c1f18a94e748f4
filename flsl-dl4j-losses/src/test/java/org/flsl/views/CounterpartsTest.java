package org.flsl.views;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import org.flsl.views.pixels.CropBox;
import org.flsl.views.pixels.Image;
import org.flsl.views.pixels.RgbImage;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CounterpartsTest {
  private static final ViewConfig CONFIG =
      ViewConfig.builder()
          .globalSize(64)
          .localSize(32)
          .patch(8)
          .studentScale(0.3, 0.8)
          .counterparts(true)
          .build();

  private static float[] weights(ViewConfig config, int view, CropBox box, int token) {
    return weights(config, view, box, Flip.NONE, token);
  }

  private static float[] weights(ViewConfig config, int view, CropBox box, Flip flip, int token) {
    float[] weights = new float[config.teacherTokens()];
    new Counterparts(config, view, box, flip).write(token, weights, 0);
    return weights;
  }

  private static float[] one(int index, int length) {
    float[] one = new float[length];
    one[index] = 1;
    return one;
  }

  @Test
  void inTheWholeViewEveryTokenIsItsOwnCounterpart() {
    CropBox whole = new CropBox(0, 0, 64, 64);

    for (int token = 0; token < 64; token++) {
      assertArrayEquals(one(token, 64), weights(CONFIG, 1, whole, token), "token " + token);
    }
  }

  @Test
  void betweenTokensTheWeightsAreBilinear() {
    // Moved by half a patch: the token of row 0, column 1 lies between columns 1 and 2.
    float[] weights = weights(CONFIG, 1, new CropBox(0, 4, 64, 60), 0);

    // Its centre is at 4 + 3.75 = 7.75 pixels, 0.46875 tokens behind the centre of column 0.
    assertEquals(1 - 0.46875f, weights[0], 1e-6f);
    assertEquals(0.46875f, weights[1], 1e-6f);
  }

  @Test
  void beyondTheOutermostCentresTheNearestCounts() {
    // A local view of 4 x 4 tokens that shows the teacher's first patch.
    assertArrayEquals(one(0, 64), weights(CONFIG, 2, new CropBox(0, 0, 8, 8), 0));
    assertArrayEquals(one(63, 64), weights(CONFIG, 2, new CropBox(56, 56, 8, 8), 15));
  }

  @Test
  void oneTokenIsTheCounterpartOfAll() {
    ViewConfig single =
        ViewConfig.builder().globalSize(8).localViews(0).patch(8).globalWindow(1).build();

    assertArrayEquals(new float[] {1}, weights(single, 1, new CropBox(2, 3, 4, 4), 0));
  }

  /** Colours that tell places: what a query shows is what its counterpart shows. */
  @ParameterizedTest
  @CsvSource({"0, 0", "0.5, 0", "1, 0", "0, 1", "0.5, 0.5"})
  void whatABatchSaysIsWhereTheCropsAre(double flip, double upsideDown) {
    RgbImage map = new RgbImage(64, 64);
    for (int y = 0; y < 64; y++) {
      for (int x = 0; x < 64; x++) {
        map.data()[3 * (64 * y + x)] = (byte) (3 * x);
        map.data()[3 * (64 * y + x) + 1] = (byte) (3 * y);
      }
    }
    ViewConfig config =
        CONFIG.toBuilder()
            .teacherScale(1, 1)
            .flipProbability(flip)
            .upsideDownProbability(upsideDown)
            .build();
    ViewSampler sampler = new ViewSampler(config);

    int mirrored = 0;
    int turned = 0;
    for (int image = 0; image < 20; image++) {
      ViewSeed seed = new ViewSeed(5, 0, image);
      List<Image> crops = sampler.crops(map, seed);
      for (int view = 1; view < config.views(); view++) {
        Flip chosen = sampler.flip(view, seed);
        mirrored += chosen.sideways() ? 1 : 0;
        turned += chosen.upsideDown() ? 1 : 0;
        int columns = config.width(view) / 8;
        for (int token : sampler.queries(view, seed)) {
          float[] weights = weights(config, view, sampler.box(view, seed), chosen, token);
          double[] seen = centre(crops.get(view), token % columns, token / columns);
          double x = 0;
          double y = 0;
          for (int i = 0; i < weights.length; i++) {
            double[] there = centre(crops.get(0), i % 8, i / 8);
            x += weights[i] * there[0];
            y += weights[i] * there[1];
          }
          // At the border the nearest token counts, up to half a patch (12 values) away.
          boolean border = Math.min(seen[0], seen[1]) < 12 || Math.max(seen[0], seen[1]) > 180;
          assertEquals(seen[0], x, border ? 14 : 3, "x in view " + view);
          assertEquals(seen[1], y, border ? 14 : 3, "y in view " + view);
        }
      }
    }
    assertEquals(60 * flip, mirrored, flip == 0.5 ? 12 : 0);
    assertEquals(60 * upsideDown, turned, upsideDown == 0.5 ? 12 : 0);
  }

  /** Mean red and green of the four pixels around the middle of a token. */
  private static double[] centre(Image image, int column, int row) {
    RgbImage view = image.toRgb();
    double[] sum = new double[2];
    for (int channel = 0; channel < 2; channel++) {
      for (int y = 3; y <= 4; y++) {
        for (int x = 3; x <= 4; x++) {
          sum[channel] += view.value(8 * column + x, 8 * row + y, channel) / 4.0;
        }
      }
    }
    return sum;
  }
}
