package org.flsl.training;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import java.util.Arrays;
import java.util.List;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.flsl.views.ViewNames;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.MultiDataSet;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.ops.transforms.Transforms;

class CrossQueryTest {
  private static final int BATCH = 3;

  private static FlslGraph flsl(CrossQuery crossQuery) {
    return TinyFlsl.flsl(TinyFlsl.config(DataType.DOUBLE).crossQuery(crossQuery).build()).build();
  }

  /** The tiny batch, with a random mixture of the teacher's tokens for each query. */
  private static MultiDataSet batch() {
    MultiDataSet batch = TinyFlsl.batch(DataType.DOUBLE, 7, BATCH, false);
    INDArray[] features = Arrays.copyOf(batch.getFeatures(), batch.getFeatures().length + 1);
    INDArray selector = features[features.length - 2];
    INDArray weights =
        Transforms.abs(TinyFlsl.random(DataType.DOUBLE, 9, BATCH, selector.size(1), 16));
    features[features.length - 1] = weights.div(weights.sum(true, 2));
    return new MultiDataSet(features, batch.getLabels());
  }

  @Test
  void theCounterpartLooksAmongTheTeachersTokens() {
    ComputationGraph graph = flsl(CrossQuery.COUNTERPART).init();
    MultiDataSet batch = batch();

    var values = graph.feedForward(batch.getFeatures(), false);

    INDArray tokens = values.get("teacher/norm");
    INDArray modes = values.get("teacher/modes");
    INDArray selector = batch.getFeatures()[batch.getFeatures().length - 1];
    for (int image = 0; image < BATCH; image++) {
      INDArray z = tokens.slice(image);
      INDArray query = selector.slice(image).mmul(z);
      INDArray attention = Nd4j.nn().softmax(query.mmul(z.transpose()).mul(0.4), 1);
      assertEquals(0, attention.mmul(z).sub(modes.slice(image)).amaxNumber().doubleValue(), 1e-12);
    }
  }

  @Test
  void itsSelectorIsAnInputOnlyWhereItIsWanted() {
    List<String> paper = flsl(CrossQuery.STUDENT).configuration().getNetworkInputs();
    List<String> counterpart = flsl(CrossQuery.COUNTERPART).configuration().getNetworkInputs();

    assertEquals(paper.size() + 1, counterpart.size());
    assertEquals(ViewNames.COUNTERPART_SELECTOR, counterpart.get(paper.size()));
    assertEquals(paper, counterpart.subList(0, paper.size()));
  }

  @Test
  void trainsAndSurvivesJson() {
    ComputationGraphConfiguration configuration = flsl(CrossQuery.COUNTERPART).configuration();
    assertEquals(configuration, ComputationGraphConfiguration.fromJson(configuration.toJson()));

    ComputationGraph graph = flsl(CrossQuery.COUNTERPART).init();
    double[] before = graph.params().toDoubleVector();
    // The first step of a warm-up has a learning rate of 0.
    graph.fit(batch());
    graph.fit(batch());
    assertNotEquals(0, graph.score());
    int moved = 0;
    double[] after = graph.params().toDoubleVector();
    for (int i = 0; i < after.length; i++) {
      moved += before[i] == after[i] ? 0 : 1;
    }
    assertNotEquals(0, moved);
  }
}
