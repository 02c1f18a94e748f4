package org.flsl.evaluation;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Random;
import java.util.function.IntUnaryOperator;
import org.junit.jupiter.api.Test;

class PlaceAgreementTest {

  private static double share(IntUnaryOperator clusterOfPlace) {
    PlaceAgreement agreement = new PlaceAgreement();
    Random random = new Random(3);
    for (int i = 0; i < 4000; i++) {
      int place = random.nextInt(16);
      agreement.add(clusterOfPlace.applyAsInt(place), place);
    }
    return agreement.share();
  }

  @Test
  void ofQuadrantsIsOne() {
    assertEquals(1, share(place -> place / 4), 0.02);
  }

  @Test
  void ofContentIsNone() {
    Random content = new Random(5);

    assertEquals(0, share(place -> content.nextInt(40)), 0.01);
  }

  @Test
  void liesBetweenForBoth() {
    Random content = new Random(5);

    double half = share(place -> content.nextBoolean() ? place / 4 : 4 + content.nextInt(4));
    assertTrue(half > 0.2 && half < 0.6, "share " + half);
  }

  @Test
  void ofOneClusterIsNone() {
    assertEquals(0, share(place -> 7));
  }
}
