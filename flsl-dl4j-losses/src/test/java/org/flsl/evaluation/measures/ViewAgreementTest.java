package org.flsl.evaluation.measures;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.flsl.evaluation.MeasuredImages;
import org.flsl.evaluation.data.ReadableImages;
import org.flsl.views.decode.ImageDecoder;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ViewAgreementTest {
  private static final int PLACES = 800;
  private static final int CLUSTERS = 16;

  /** Corners of a 16-dimensional cube, one for each cluster. */
  private static List<float[]> corners(Random random, int kinds) {
    List<float[]> tokens = new ArrayList<>();
    for (int i = 0; i < PLACES; i++) {
      float[] token = new float[CLUSTERS];
      token[random.nextInt(kinds)] = 1;
      tokens.add(token);
    }
    return tokens;
  }

  @Test
  void tokensThatStayAndDifferScoreOne() {
    List<float[]> tokens = corners(new Random(1), CLUSTERS);
    assertEquals(1, ViewAgreement.score(tokens, tokens), 0.01);
  }

  @Test
  void tokensThatAreAllAlikeScoreNothing() {
    List<float[]> tokens = corners(new Random(1), 1);
    assertEquals(0, ViewAgreement.score(tokens, tokens), 1e-12);
  }

  @Test
  void fewKindsOfTokensScoreLess() {
    List<float[]> tokens = corners(new Random(1), 4);
    assertEquals(0.5, ViewAgreement.score(tokens, tokens), 0.01, "ln 4 / ln 16");
  }

  @Test
  void tokensThatHaveNothingToDoWithEachOtherScoreAsChanceDoes() {
    double score =
        ViewAgreement.score(corners(new Random(1), CLUSTERS), corners(new Random(2), CLUSTERS));
    assertEquals(1.0 / CLUSTERS, score, 0.03);
  }

  @Test
  void whatIsNoNumberHasNoScore() {
    List<float[]> tokens = corners(new Random(1), CLUSTERS);
    tokens.get(5)[0] = Float.NaN;
    assertTrue(Double.isNaN(ViewAgreement.score(tokens, tokens)));
  }

  @Test
  void photosAreNeeded(@TempDir Path empty) {
    assertThrows(
        IllegalArgumentException.class,
        () ->
            new ViewAgreement()
                .on(new MeasuredImages(empty, Set.of(), new ReadableImages(new ImageDecoder()))));
  }
}
