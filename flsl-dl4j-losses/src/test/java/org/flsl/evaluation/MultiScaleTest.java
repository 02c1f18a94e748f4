package org.flsl.evaluation;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.Arrays;
import java.util.List;
import org.flsl.evaluation.data.ImageSize;
import org.flsl.layers.TokenGrid;
import org.flsl.views.ViewConfig;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** Tokens of several sizes, against loops over places in plain Java. */
class MultiScaleTest {
  private static final int PATCH = 2;

  private static INDArray images(int height, int width) {
    Nd4j.getRandom().setSeed(6);
    return Nd4j.randn(DataType.FLOAT, 2, 3, height, width);
  }

  /** Bilinear between the middles of areas; what lies outside is like the border. */
  private static double at(double[][] map, int row, int rows, int column, int columns) {
    double y = Math.max(0, (row + 0.5) * map.length / rows - 0.5);
    double x = Math.max(0, (column + 0.5) * map[0].length / columns - 0.5);
    int top = (int) y;
    int left = (int) x;
    double[] above = map[top];
    double[] below = map[Math.min(top + 1, map.length - 1)];
    int right = Math.min(left + 1, above.length - 1);
    double first = above[left] + (x - left) * (above[right] - above[left]);
    double second = below[left] + (x - left) * (below[right] - below[left]);
    return first + (y - top) * (second - first);
  }

  private static double[][] stretched(double[][] map, int rows, int columns) {
    double[][] other = new double[rows][columns];
    for (int row = 0; row < rows; row++) {
      for (int column = 0; column < columns; column++) {
        other[row][column] = at(map, row, rows, column, columns);
      }
    }
    return other;
  }

  /** The direction of each token of one image at one size, {@code [width][rows][columns]}. */
  private static double[][][] directions(INDArray image, int height, int width, TokenGrid to) {
    INDArray resized = Nd4j.create(DataType.FLOAT, 1, 3, height, width);
    for (int channel = 0; channel < 3; channel++) {
      double[][] map = stretched(image.slice(channel).toDoubleMatrix(), height, width);
      resized.slice(0).slice(channel).assign(Nd4j.create(map));
    }
    INDArray tokens = new RawPixels(PATCH).tokens(resized).slice(0);
    int length = (int) tokens.size(1);
    double[][][] maps = new double[length][][];
    for (int i = 0; i < length; i++) {
      double[][] map =
          tokens.getColumn(i).dup().reshape('c', height / PATCH, width / PATCH).toDoubleMatrix();
      maps[i] = stretched(map, to.height(), to.width());
    }
    for (int row = 0; row < to.height(); row++) {
      for (int column = 0; column < to.width(); column++) {
        double square = 0;
        for (double[][] map : maps) {
          square += map[row][column] * map[row][column];
        }
        for (double[][] map : maps) {
          map[row][column] /= Math.sqrt(square);
        }
      }
    }
    return maps;
  }

  /** 6 x 10 pixels are 4 x 7 at a scale of 0.7 and 9 x 15 at 1.5: 4 x 6 and 8 x 14 in patches. */
  @Test
  void theMeanOfDirectionsOnTheGridOfTheImage() {
    INDArray images = images(6, 10);
    FeatureExtractor features = MultiScale.of(new RawPixels(PATCH), List.of(1.0, 0.7, 1.5));
    TokenGrid grid = new TokenGrid(3, 5);
    assertEquals(grid, features.grid(new ImageSize(6, 10)));
    INDArray tokens = features.tokens(images);
    assertEquals("[2, 15, 16]", Arrays.toString(tokens.shape()));
    for (int image = 0; image < 2; image++) {
      double[][][] own = directions(images.slice(image), 6, 10, grid);
      double[][][] small = directions(images.slice(image), 4, 6, grid);
      double[][][] large = directions(images.slice(image), 8, 14, grid);
      for (int token = 0; token < 15; token++) {
        for (int i = 0; i < 16; i++) {
          int row = token / 5;
          int column = token % 5;
          double expected =
              (own[i][row][column] + small[i][row][column] + large[i][row][column]) / 3;
          assertEquals(expected, tokens.getDouble(image, token, i), 1e-5);
        }
      }
    }
  }

  @Test
  void ofTheImagesOwnSizeAloneTheyStayAsTheyAre() {
    RawPixels pixels = new RawPixels(PATCH);
    assertSame(pixels, MultiScale.of(pixels, List.of(1.0)));
  }

  @Test
  void aNetworkItsTwinAndRawPixelsAreReadAtTheSameScales() {
    GraphFeatures network = GraphFeatures.of(FeaturesTest.vit());
    GraphFeatures scaled = network.read(Reading.ofKeys(1).atScales(0.5, 1));
    INDArray images = images(32, 40);
    List<Candidate> candidates = Candidate.withBaselines(scaled, new ImageSize(32, 40));
    List<FeatureExtractor> single =
        List.of(
            network.read(Reading.ofKeys(1)),
            RandomTwin.of(network.read(Reading.ofKeys(1)), 7),
            new RawPixels(8));
    for (int i = 0; i < 3; i++) {
      assertEquals(
          MultiScale.of(single.get(i), List.of(0.5, 1.0)).tokens(images),
          candidates.get(i).bySeed().apply(7).tokens(images));
    }
    assertEquals(
        scaled.tokens(images),
        Candidate.withBaselines(scaled, ViewConfig.paper()).get(0).features().tokens(images));
  }

  @Test
  void scalesAreAboveZero() {
    for (double scale : new double[] {0, -1, Double.NaN, Double.POSITIVE_INFINITY}) {
      assertThrows(IllegalArgumentException.class, () -> Reading.USUAL.atScales(1, scale));
    }
    assertThrows(IllegalArgumentException.class, () -> Reading.USUAL.atScales());
  }
}
