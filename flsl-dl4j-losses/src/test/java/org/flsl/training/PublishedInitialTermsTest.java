package org.flsl.training;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.flsl.layers.vit.VitBackbone;
import org.flsl.layers.vit.VitConfig;
import org.flsl.views.QueryWindows;
import org.flsl.views.ViewConfig;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.MultiDataSet;
import org.nd4j.linalg.factory.Nd4j;

/**
 * ViT-S/16 with 4096 centroids before the first step, on images of waves.
 *
 * <p>The paper's code, run eight times with other random weights on the same images, has the terms
 * intra 0.430 to 0.465, inter 7.527 to 7.643, volume 0.174 to 0.193, total 8.479 to 8.566.
 */
class PublishedInitialTermsTest {
  private static final int BATCH = 4;

  @Test
  void termsLieWhereThePublishedCodeHasThem() {
    ViewConfig views = ViewConfig.paper();
    FlslConfig config = FlslConfig.builder().iterationsPerEpoch(1).batchSize(BATCH).seed(3).build();
    ComputationGraph graph =
        FlslGraph.builder()
            .backbone(VitBackbone.of(VitConfig.small(16)))
            .views(ViewLayout.of(views))
            .config(config)
            .build()
            .init();
    List<StepMetrics> steps = new ArrayList<>();
    graph.addListeners(new MetricsListener(config, steps::add));
    INDArray[] features = {
      waves(224, 0), waves(224, 0.5), waves(96, 1), waves(96, 2), selector(views)
    };
    graph.fit(new MultiDataSet(features, new INDArray[] {Nd4j.zeros(BATCH, 1)}));

    StepMetrics first = steps.get(0);
    between(0.39, 0.48, first.terms().get("intra"), "intra");
    between(7.50, 7.67, first.terms().get("inter"), "inter");
    between(0.168, 0.199, first.terms().get("volume"), "volume");
    between(8.45, 8.60, first.total(), "total");
  }

  private static void between(double low, double high, double value, String name) {
    assertTrue(value > low && value < high, name + " is " + value);
  }

  private static INDArray waves(int side, double phase) {
    float[] pixels = new float[BATCH * 3 * side * side];
    int p = 0;
    for (int b = 0; b < BATCH; b++) {
      for (int c = 0; c < 3; c++) {
        for (int i = 0; i < side; i++) {
          for (int j = 0; j < side; j++) {
            double slow = Math.sin(0.05 * (i + 1) * (c + 1) + 0.03 * j * (b + 1) + phase);
            pixels[p++] = (float) (slow + 0.5 * Math.cos(0.9 * i + 0.4 * j * (c + 1)));
          }
        }
      }
    }
    return Nd4j.createFromArray(pixels).reshape(BATCH, 3, side, side);
  }

  /** The top left token of every window; the paper puts grids that do not fit into a corner. */
  private static INDArray selector(ViewConfig views) {
    INDArray selector = Nd4j.zeros(BATCH, views.queries(), views.studentTokens());
    int row = 0;
    int offset = 0;
    for (int view = 1; view < views.views(); view++) {
      QueryWindows windows = views.queryWindows(view);
      for (int token : windows.draw(new SplittableRandom(1))) {
        for (int b = 0; b < BATCH; b++) {
          selector.putScalar(new int[] {b, row, offset + token}, 1);
        }
        row++;
      }
      offset += windows.tokens();
    }
    return selector;
  }
}
