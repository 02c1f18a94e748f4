package org.flsl.training;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.List;
import java.util.Set;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.flsl.losses.Contrast;
import org.flsl.losses.FlslLosses;
import org.flsl.losses.GraphGradients;
import org.flsl.losses.LossTerm;
import org.flsl.schedules.Scheduled;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.MultiDataSet;
import org.nd4j.linalg.ops.transforms.Transforms;

class ContrastTest {
  private static final int BATCH = 3;
  private static final double TEMPERATURE = 0.1;

  private static FlslGraph flsl(Scheduled kappa) {
    return TinyFlsl.flsl(
            TinyFlsl.config(DataType.DOUBLE)
                .crossQuery(CrossQuery.COUNTERPART)
                .kappa(kappa)
                .build())
        .build();
  }

  /** Random images, for every query a random mixture of the teacher's tokens. */
  private static MultiDataSet batch(int seed) {
    MultiDataSet batch = TinyFlsl.batch(DataType.DOUBLE, seed, BATCH, false);
    INDArray[] features = Arrays.copyOf(batch.getFeatures(), batch.getFeatures().length + 1);
    INDArray weights =
        Transforms.abs(
            TinyFlsl.random(
                DataType.DOUBLE, seed + 1, BATCH, features[features.length - 2].size(1), 16));
    features[features.length - 1] = weights.div(weights.sum(true, 2));
    return new MultiDataSet(features, batch.getLabels());
  }

  /** With heads of such size that the modes behind them do not hang on the last digits. */
  private static ComputationGraph begun(Scheduled kappa) {
    ComputationGraph graph = flsl(kappa).init();
    for (String head : List.of("student/head", "teacher/head")) {
      graph
          .getVertex(head)
          .paramTable(false)
          .forEach((name, value) -> value.muli(name.endsWith("W") ? 30 : 1));
    }
    return graph;
  }

  private static INDArray rows(INDArray sequence) {
    return sequence.reshape(-1, sequence.size(2));
  }

  @Test
  void isTheFormula() {
    ComputationGraph graph = flsl(Scheduled.constant(1)).init();

    var values = graph.feedForward(batch(7).getFeatures(), false);

    INDArray student = rows(values.get("student/head"));
    INDArray teacher = rows(values.get("teacher/head"));
    int queries = student.rows();
    double expected = 0;
    for (int i = 0; i < queries; i++) {
      double all = 0;
      for (int j = 0; j < queries; j++) {
        all += Math.exp(dot(student.getRow(i), teacher.getRow(j)) / TEMPERATURE);
      }
      expected +=
          (Math.log(all) - dot(student.getRow(i), teacher.getRow(i)) / TEMPERATURE) / queries;
    }
    INDArray terms = values.get("losses");
    assertEquals(4, terms.length());
    assertEquals(expected, terms.getDouble(3), 1e-12);
  }

  private static double dot(INDArray a, INDArray b) {
    return a.mul(b).sumNumber().doubleValue();
  }

  @Test
  void gradientIsRight() {
    ComputationGraph graph = begun(Scheduled.constant(3));
    graph.fit(batch(7)); // moves the student away from the teacher
    Set<String> trained = GraphGradients.check(graph, batch(9), Set.of());
    assertTrue(trained.contains("student/head_fc0W"), trained.toString());
    assertTrue(trained.stream().noneMatch(name -> name.startsWith("teacher/")), trained.toString());
  }

  @Test
  void isInTheObjectiveOnlyWhereItIsChosen() {
    assertTrue(LossTerm.known().contains(new Contrast()));
    for (Scheduled nothing : List.of(new Contrast().defaultWeight(), Scheduled.constant(0))) {
      assertEquals(
          flsl(nothing).configuration(),
          TinyFlsl.flsl(TinyFlsl.config(DataType.DOUBLE).crossQuery(CrossQuery.COUNTERPART).build())
              .build()
              .configuration());
    }
    assertFalse(losses(flsl(Scheduled.constant(0)).configuration()).readsEmbeddings());
    assertTrue(losses(flsl(Scheduled.cosine(0, 1)).configuration()).readsEmbeddings());
  }

  private static FlslLosses losses(ComputationGraphConfiguration configuration) {
    return (FlslLosses) configuration.getVertices().get(FlslGraph.LOSSES);
  }

  @Test
  void survivesJson() {
    ComputationGraphConfiguration configuration = flsl(Scheduled.cosine(1, 0.5)).configuration();
    assertEquals(configuration, ComputationGraphConfiguration.fromJson(configuration.toJson()));
  }

  /** Training makes it easier to find a query's own counterpart, on images seen again. */
  @Test
  void falls() {
    ComputationGraph graph = begun(Scheduled.constant(3));
    MultiDataSet batch = batch(7);
    double before = contrast(graph, batch);
    for (int step = 0; step < 11; step++) {
      graph.fit(batch);
    }
    assertTrue(contrast(graph, batch) < 0.95 * before, contrast(graph, batch) + " of " + before);
  }

  private static double contrast(ComputationGraph graph, MultiDataSet batch) {
    return graph.feedForward(batch.getFeatures(), false).get("losses").getDouble(3);
  }
}
