package org.flsl.training;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.flsl.layers.TokenGrid;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.NDArrayIndex;

class PlaceShareTest {
  private static final int IMAGES = 40;
  private static final int PLACES = 36;
  private static final int WIDTH = 24;

  private static INDArray content(long seed) {
    return TinyFlsl.random(DataType.FLOAT, seed, IMAGES, PLACES, WIDTH);
  }

  /** The same at a place of every image. */
  private static INDArray place(long seed) {
    return Nd4j.tile(TinyFlsl.random(DataType.FLOAT, seed, 1, PLACES, WIDTH), IMAGES, 1, 1);
  }

  @Test
  void ofPlacesAloneIsOne() {
    assertEquals(1, PlaceShare.of(place(1)), 1e-6);
  }

  @Test
  void ofContentAloneIsNone() {
    for (long seed = 1; seed <= 5; seed++) {
      assertEquals(0, PlaceShare.of(content(seed)), 0.01);
    }
  }

  @Test
  void ofAMixtureIsItsShareOfTheVariance() {
    INDArray mixture = place(1).add(content(2).mul(Math.sqrt(3)));

    assertEquals(0.25, PlaceShare.of(mixture), 0.03);
    assertEquals(PlaceShare.of(mixture), PlaceShare.of(mixture.mul(7).add(100)), 1e-3);
  }

  @Test
  void fewImagesTellTheSameOnAverage() {
    double sum = 0;
    for (long seed = 1; seed <= 30; seed++) {
      INDArray mixture = place(seed).add(content(seed + 100).mul(Math.sqrt(3)));
      sum += PlaceShare.of(mixture.get(NDArrayIndex.interval(0, 4)));
    }
    assertEquals(0.25, sum / 30, 0.02);
  }

  /** Stripes: what lies in a row of the grid is alike. */
  private static INDArray byRow(long seed, TokenGrid grid) {
    INDArray rows = TinyFlsl.random(DataType.FLOAT, seed, 1, grid.height(), 1, WIDTH);
    return Nd4j.tile(rows, IMAGES, 1, grid.width(), 1).reshape(IMAGES, grid.tokens(), WIDTH);
  }

  private static INDArray byColumn(long seed, TokenGrid grid) {
    INDArray columns = TinyFlsl.random(DataType.FLOAT, seed, 1, 1, grid.width(), WIDTH);
    return Nd4j.tile(columns, IMAGES, grid.height(), 1, 1).reshape(IMAGES, grid.tokens(), WIDTH);
  }

  @Test
  void rowsAndColumnsAreToldApart() {
    TokenGrid grid = new TokenGrid(4, 9);
    INDArray stripes = byRow(1, grid).add(content(2));

    assertEquals(1, PlaceShare.byRows(byRow(1, grid), grid), 1e-5);
    assertEquals(0, PlaceShare.byColumns(byRow(1, grid), grid), 1e-5);
    assertEquals(1, PlaceShare.byColumns(byColumn(1, grid), grid), 1e-5);
    assertEquals(0, PlaceShare.byRows(byColumn(1, grid), grid), 1e-5);
    assertTrue(
        PlaceShare.byRows(stripes, grid) > 0.9, "what images share by chance counts as well");
  }

  @Test
  void ofPlacesDrawnOneByOneRowsTellTheirShareOfFreedom() {
    TokenGrid grid = new TokenGrid(4, 9);
    double rows = 0;
    double columns = 0;
    for (long seed = 1; seed <= 20; seed++) {
      rows += PlaceShare.byRows(place(seed), grid);
      columns += PlaceShare.byColumns(place(seed), grid);
    }

    assertEquals(3 / 35.0, rows / 20, 0.01);
    assertEquals(8 / 35.0, columns / 20, 0.02);
  }

  @Test
  void whatHasNoAnswerIsNaN() {
    assertTrue(Double.isNaN(PlaceShare.of(Nd4j.rand(DataType.FLOAT, 1, PLACES, WIDTH))));
    assertTrue(Double.isNaN(PlaceShare.of(Nd4j.ones(DataType.FLOAT, 3, PLACES, WIDTH))));
    assertThrows(IllegalArgumentException.class, () -> PlaceShare.of(Nd4j.ones(3, 4)));
    INDArray same = Nd4j.ones(DataType.FLOAT, 3, PLACES, WIDTH);
    assertTrue(Double.isNaN(PlaceShare.byRows(same, TokenGrid.square(6))));
    assertThrows(
        IllegalArgumentException.class, () -> PlaceShare.byRows(same, TokenGrid.square(5)));
  }
}
