package org.flsl.examples.pictures;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.flsl.layers.TokenGrid;
import org.flsl.views.pixels.RgbImage;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

class PrincipalColoursTest {
  private static PhotoTokens photo(INDArray tokens) {
    return new PhotoTokens(new RgbImage(8, 8), new TokenGrid(1, (int) tokens.size(0)), tokens);
  }

  private static PhotoTokens random(int tokens, int width) {
    return photo(Nd4j.rand(DataType.FLOAT, tokens, width).subi(0.5));
  }

  @Test
  void likeTokensHaveLikeColoursInAllPhotos() {
    Nd4j.getRandom().setSeed(1);
    PhotoTokens first = random(50, 6);
    PhotoTokens second = photo(first.tokens().dup());
    PrincipalColours colours = PrincipalColours.of(List.of(first, second, random(20, 6)));
    assertArrayEquals(colours.of(first)[0], colours.of(second)[0]);
    assertArrayEquals(colours.of(first)[2], colours.of(second)[2]);
  }

  @Test
  void theFirstComponentIsWhereTokensDifferMost() {
    // Units that turn from one axis to another: one direction explains nearly everything.
    INDArray tokens = Nd4j.zeros(DataType.FLOAT, 40, 4);
    for (int i = 0; i < 40; i++) {
      tokens.putScalar(i, 0, i < 20 ? 1 : 0);
      tokens.putScalar(i, 1, i < 20 ? 0 : 1);
      tokens.putScalar(i, 2, 0.01 * (i % 3));
      tokens.putScalar(i, 3, 0.01 * (i % 5));
    }
    PrincipalColours colours = PrincipalColours.of(List.of(photo(tokens)));
    assertTrue(colours.explained()[0] > 0.99, "explained " + colours.explained()[0]);
    float[] red = colours.of(photo(tokens))[0];
    assertEquals(1, Math.abs(red[0] - red[39]), 0.01, "from none to full");
  }

  @Test
  void theSignIsFixed() {
    Nd4j.getRandom().setSeed(2);
    PhotoTokens some = random(60, 5);
    // The same tokens in another order: the eigenvectors might come with other signs.
    INDArray mirrored = Nd4j.create(DataType.FLOAT, 60, 5);
    for (int i = 0; i < 60; i++) {
      mirrored.putRow(i, some.tokens().getRow(59 - i));
    }
    float[] red = PrincipalColours.of(List.of(some)).of(some)[0];
    PhotoTokens other = photo(mirrored);
    float[] backwards = PrincipalColours.of(List.of(other)).of(other)[0];
    for (int i = 0; i < 60; i++) {
      assertEquals(red[i], backwards[59 - i], 1e-3);
    }
  }

  @Test
  void tokensWithoutThreeComponentsAreRefused() {
    assertThrows(IllegalArgumentException.class, () -> PrincipalColours.of(List.of(random(5, 2))));
  }
}
