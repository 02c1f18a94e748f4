package org.flsl.losses.dense;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Set;
import org.deeplearning4j.nn.api.layers.IOutputLayer;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.workspace.LayerWorkspaceMgr;
import org.flsl.layers.TinyGraph;
import org.flsl.layers.TokenTypes;
import org.flsl.layers.dense.DetectionTowers;
import org.flsl.layers.vit.TokenNorm;
import org.flsl.losses.GraphGradients;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.dataset.MultiDataSet;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.NDArrayIndex;

/** The loss of boxes and masks beside a plain computation, and its gradients beside differences. */
class InstanceLossTest {
  private static final int CLASSES = 2;
  private static final int PLACES = 5;
  private static final int PROTOTYPES = 3;
  private static final int MASKS = 4;
  private static final int QUARTERS = DetectionTowers.QUARTERS;
  private static final int BOX = CLASSES + DetectionLoss.BOX;
  private static final int FOUND = BOX + 5 * PROTOTYPES;
  private static final int LABELS = BOX + 5 * MASKS;

  private static ComputationGraph graph() {
    return TinyGraph.of(
        DataType.DOUBLE,
        b ->
            b.addInputs("found")
                .addLayer("norm", TokenNorm.builder(FOUND).build(), "found")
                .addLayer("loss", new InstanceLoss(CLASSES, PROTOTYPES, MASKS), "norm")
                .setOutputs("loss")
                .setInputTypes(TokenTypes.sequence(FOUND, PLACES)));
  }

  /** The loss of the boxes alone, of numbers as they are. */
  private static double boxes(INDArray found, INDArray labels) {
    ComputationGraph graph =
        TinyGraph.of(
            DataType.DOUBLE,
            b ->
                b.addInputs("found")
                    .addLayer("norm", TokenNorm.builder(BOX).build(), "found")
                    .addLayer("loss", new DetectionLoss(CLASSES), "norm")
                    .setOutputs("loss")
                    .setInputTypes(TokenTypes.sequence(BOX, PLACES)));
    IOutputLayer loss = (IOutputLayer) graph.getOutputLayer(0);
    LayerWorkspaceMgr none = LayerWorkspaceMgr.noWorkspaces();
    loss.setInput(ofBoxes(found), none);
    loss.setLabels(ofBoxes(labels));
    return loss.computeScore(0, true, none);
  }

  private static INDArray ofBoxes(INDArray all) {
    return all.get(NDArrayIndex.all(), NDArrayIndex.all(), NDArrayIndex.interval(0, BOX)).dup('c');
  }

  /** Three masks in two images: two of one object, from different places, and one of another. */
  private static INDArray labels() {
    INDArray labels = Nd4j.zeros(DataType.DOUBLE, 2, PLACES, LABELS);
    int[][] masks = {{0, 1, 0}, {0, 3, 1}, {1, 2, 0}};
    for (int[] mask : masks) {
      int image = mask[0];
      int place = mask[1];
      labels.putScalar(new int[] {image, place, image}, 1);
      for (int edge = 0; edge < 4; edge++) {
        labels.putScalar(new int[] {image, place, CLASSES + edge}, 1 + edge);
      }
      labels.putScalar(new int[] {image, place, BOX + mask[2]}, 1);
      for (int cell = 0; cell < QUARTERS * PLACES; cell++) {
        int value = (cell * 7 + image) % 3 - 1;
        labels.putScalar(
            new int[] {image, cell / QUARTERS, BOX + MASKS * (1 + cell % QUARTERS) + mask[2]},
            value);
      }
    }
    for (int i = 0; i < 2 * PLACES; i++) {
      labels.putScalar(new int[] {i / PLACES, i % PLACES, BOX - 1}, 1);
    }
    return labels;
  }

  private static double score(ComputationGraph graph, INDArray found, INDArray labels) {
    return graph.score(new DataSet(found, labels));
  }

  /** Numbers of a place after a norm, so that the graph's loss takes them as they are. */
  private static INDArray normed(ComputationGraph graph, INDArray found) {
    return graph.feedForward(found, false).get("norm");
  }

  @Test
  void masksAreJudgedInTheirBoxes() {
    ComputationGraph graph = graph();
    // Distances are positive where a detector makes them.
    GraphGradients.param(graph, "norm_bias").addi(3);
    INDArray found = TinyGraph.random(4, 2, PLACES, FOUND);
    INDArray labels = labels();
    INDArray x = normed(graph, found);
    double expected = boxes(x, labels);
    int[][] masks = {{0, 1, 0}, {0, 3, 1}, {1, 2, 0}};
    for (int[] mask : masks) {
      double sum = 0;
      int area = 0;
      for (int cell = 0; cell < QUARTERS * PLACES; cell++) {
        double logit = 0;
        for (int k = 0; k < PROTOTYPES; k++) {
          logit +=
              x.getDouble(mask[0], mask[1], BOX + k)
                  * x.getDouble(
                      mask[0], cell / QUARTERS, BOX + PROTOTYPES * (1 + cell % QUARTERS) + k);
        }
        double target =
            labels.getDouble(
                mask[0], cell / QUARTERS, BOX + MASKS * (1 + cell % QUARTERS) + mask[2]);
        if (target != 0) {
          area++;
          sum += Math.log1p(Math.exp(-target * logit));
        }
      }
      assertTrue(area > 5);
      expected += sum / area / masks.length;
    }
    assertEquals(expected, score(graph, found, labels), 1e-9);
  }

  @Test
  void theGradientIsThatOfDifferences() {
    ComputationGraph graph = graph();
    GraphGradients.param(graph, "norm_bias").addi(3);
    INDArray found = TinyGraph.random(4, 2, PLACES, FOUND);
    GraphGradients.check(
        graph, new MultiDataSet(new INDArray[] {found}, new INDArray[] {labels()}), Set.of());
  }

  @Test
  void withoutMasksItIsTheLossOfBoxes() {
    ComputationGraph graph = graph();
    GraphGradients.param(graph, "norm_bias").addi(3);
    INDArray found = TinyGraph.random(4, 2, PLACES, FOUND);
    INDArray labels = labels();
    labels
        .get(NDArrayIndex.all(), NDArrayIndex.all(), NDArrayIndex.interval(BOX, LABELS))
        .assign(0);
    assertEquals(boxes(normed(graph, found), labels), score(graph, found, labels), 1e-9);
  }

  @Test
  void whatDoesNotFitIsOneLine() {
    INDArray found = TinyGraph.random(4, 2, PLACES, FOUND);
    String message =
        assertThrows(
                IllegalArgumentException.class,
                () -> score(graph(), found, Nd4j.zeros(DataType.DOUBLE, 2, PLACES, LABELS - 5)))
            .getMessage();
    assertTrue(message.contains("[2, 5, 22]") && message.contains("4 masks"), message);
    assertEquals(1, message.lines().count(), message);
    String shape =
        assertThrows(
                Exception.class,
                () ->
                    TinyGraph.of(
                        DataType.DOUBLE,
                        b ->
                            b.addInputs("found")
                                .addLayer("loss", new InstanceLoss(CLASSES, 2, MASKS), "found")
                                .setOutputs("loss")
                                .setInputTypes(TokenTypes.sequence(FOUND, PLACES))))
            .getMessage();
    assertTrue(shape.contains("" + (BOX + 10)), shape);
    assertThrows(IllegalArgumentException.class, () -> new InstanceLoss(1, 0, 1));
  }

  @Test
  void settingsSurviveJson() {
    ComputationGraphConfiguration configuration = graph().getConfiguration();
    ComputationGraphConfiguration back =
        ComputationGraphConfiguration.fromJson(configuration.toJson());
    assertEquals(configuration, back);
    assertEquals(configuration.toJson(), back.toJson());
    assertNotEquals(new InstanceLoss(2, 3, 4), new InstanceLoss(2, 3, 5));
    assertNotEquals(new InstanceLoss(2, 3, 4), new InstanceLoss(2, 4, 4));
  }
}
