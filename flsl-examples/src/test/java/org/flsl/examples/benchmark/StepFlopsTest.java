package org.flsl.examples.benchmark;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.flsl.layers.vit.VitConfig;
import org.flsl.training.FlslConfig;
import org.flsl.views.ViewConfig;
import org.junit.jupiter.api.Test;

class StepFlopsTest {
  /** The only block of a network so small that a hand can count: 4 wide, patches of 2 x 2. */
  private static final VitConfig TINY =
      VitConfig.builder().width(4).heads(1).depth(1).patch(2).imageSize(4).build();

  // 4 tokens of 12 pixels.
  private static final double PATCHES = 2 * 4 * 12 * 4;
  // qkv, projection, both layers of the MLP; scores and values.
  private static final double BLOCK =
      2 * 4 * (4 * 12 + 4 * 4 + 4 * 16 + 16 * 4) + 2 * 2 * 4 * 4 * 4;

  @Test
  void countsTheProductsOfATrunk() {
    assertEquals(PATCHES + BLOCK, StepFlops.trunkForward(TINY, 4));
    assertEquals(2 * PATCHES + 3 * BLOCK, StepFlops.trunkStep(TINY, 4));
  }

  @Test
  void agreesWithThePublishedCountOfVitSmall() {
    VitConfig small = VitConfig.small(16);
    assertEquals(37e9, 4 * StepFlops.trunkForward(small, 196), 0.5e9);
    assertEquals(111e9, 4 * StepFlops.trunkStep(small, 196), 2e9);
  }

  @Test
  void countsTheWholeStep() {
    ViewConfig views =
        ViewConfig.builder().patch(2).globalSize(4).globalWindow(2).localViews(0).build();
    FlslConfig objective =
        FlslConfig.builder()
            .headHidden(5)
            .headBottleneck(3)
            .centroids(7)
            .batchSize(2)
            .iterationsPerEpoch(1)
            .build();
    double trunks = PATCHES + BLOCK + 2 * PATCHES + 3 * BLOCK;
    double meanShift = (3 + 1) * 2 * 2 * 1 * 4 * 4;
    double heads = (3 + 1) * 2 * (4 * 5 + 5 * 5 + 5 * 3 + 3 * 7);
    assertEquals(
        2 * (trunks + meanShift + heads),
        StepFlops.flslStep(new Workload(TINY, views, 2, objective)));
  }
}
