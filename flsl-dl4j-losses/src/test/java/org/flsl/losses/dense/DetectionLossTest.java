package org.flsl.losses.dense;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Set;
import org.deeplearning4j.nn.api.layers.IOutputLayer;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.workspace.LayerWorkspaceMgr;
import org.flsl.downstream.detection.DetectionLevels;
import org.flsl.downstream.detection.LocationAssignment;
import org.flsl.evaluation.data.LabelledBox;
import org.flsl.layers.TinyGraph;
import org.flsl.layers.TokenTypes;
import org.flsl.layers.vit.TokenNorm;
import org.flsl.losses.GraphGradients;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.MultiDataSet;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.NDArrayIndex;
import org.nd4j.shade.jackson.databind.JsonNode;

/** The loss of a detector and its gradients, beside torchvision's and differences. */
class DetectionLossTest {
  private static final JsonNode GOLDEN = TorchvisionValues.of("detection");
  private static final int CLASSES = GOLDEN.get("classes").asInt();
  private static final int NUMBERS = CLASSES + DetectionLoss.BOX;

  private static ComputationGraph graph(long places, int classes) {
    int numbers = classes + DetectionLoss.BOX;
    return TinyGraph.of(
        DataType.DOUBLE,
        b ->
            b.addInputs("found")
                .addLayer("norm", TokenNorm.builder(numbers).build(), "found")
                .addLayer("loss", new DetectionLoss(classes), "norm")
                .setOutputs("loss")
                .setInputTypes(TokenTypes.sequence(numbers, places)));
  }

  /** Labels of images in the order of the golden file. */
  private static INDArray labels() {
    DetectionLevels levels = TorchvisionValues.levels(GOLDEN);
    int length = levels.places() * NUMBERS;
    JsonNode images = GOLDEN.get("images");
    float[] labels = new float[images.size() * length];
    for (int i = 0; i < images.size(); i++) {
      List<LabelledBox> boxes =
          TorchvisionValues.boxes(images.get(i).get("boxes"), images.get(i).get("labels"));
      LocationAssignment.FCOS.write(
          levels,
          new LocationAssignment.Truth(boxes, List.of(), new LabelledBox(0, 0, 0, 96, 64)),
          labels,
          i * length);
    }
    return Nd4j.createFromArray(labels)
        .reshape(images.size(), levels.places(), NUMBERS)
        .castTo(DataType.DOUBLE);
  }

  private static double score(INDArray found, INDArray labels, INDArray gradient) {
    int classes = (int) found.size(2) - DetectionLoss.BOX;
    return score(graph(found.size(1), classes), found, labels, gradient);
  }

  private static double score(
      ComputationGraph graph, INDArray found, INDArray labels, INDArray gradient) {
    IOutputLayer loss = (IOutputLayer) graph.getOutputLayer(0);
    LayerWorkspaceMgr none = LayerWorkspaceMgr.noWorkspaces();
    loss.setInput(found, none);
    loss.setLabels(labels);
    if (gradient != null) {
      gradient.assign(loss.backpropGradient(null, none).getSecond());
    }
    return loss.computeScore(0, true, none);
  }

  @Test
  void lossAndGradientsAreTorchvisions() {
    INDArray labels = labels();
    INDArray found = TorchvisionValues.array(GOLDEN.get("outputs"), labels.shape());
    INDArray expected = TorchvisionValues.array(GOLDEN.get("gradients"), labels.shape());
    double sum = 0;
    for (JsonNode part : GOLDEN.get("losses")) {
      sum += part.asDouble();
    }
    INDArray gradient = Nd4j.zeros(DataType.DOUBLE, found.shape());
    assertEquals(sum, score(found, labels, gradient), 1e-5 * sum);
    assertTrue(expected.amaxNumber().doubleValue() > 0.01);
    assertEquals(0, gradient.sub(expected).amaxNumber().doubleValue(), 1e-6);
  }

  /** The loss of a single place of one class. */
  private static double ofPlace(
      ComputationGraph graph, double logit, double target, INDArray edges, INDArray truth) {
    INDArray found = Nd4j.zeros(DataType.DOUBLE, 1, 1, 1 + DetectionLoss.BOX);
    INDArray labels = found.dup();
    found.putScalar(0, logit);
    labels.putScalar(0, target);
    labels.putScalar(DetectionLoss.BOX, 1);
    for (int edge = 0; edge < 4; edge++) {
      found.putScalar(1 + edge, edges.getDouble(edge));
      labels.putScalar(1 + edge, truth.getDouble(edge));
    }
    return score(graph, found, labels, null);
  }

  @Test
  void eachFocalLossIsTorchvisionsAlsoOfVeryLargeLogits() {
    JsonNode golden = TorchvisionValues.of("focal");
    double[] logits = TorchvisionValues.doubles(golden.get("logits"));
    double[] targets = TorchvisionValues.doubles(golden.get("targets"));
    double[] expected = TorchvisionValues.doubles(golden.get("loss"));
    INDArray none = Nd4j.zeros(DataType.DOUBLE, 1, 4);
    ComputationGraph graph = graph(1, 1);
    for (int i = 0; i < logits.length; i++) {
      // Boxes without area have nothing in common, and a logit of 0 says one half.
      double rest = targets[i] * (1 + Math.log(2));
      double score = ofPlace(graph, logits[i], targets[i], none, none) - rest;
      assertEquals(expected[i], score, 1e-5 * (1 + expected[i]), "" + logits[i]);
    }
  }

  @Test
  void eachGiouLossIsTorchvisions() {
    JsonNode golden = TorchvisionValues.of("giou");
    double[] expected = TorchvisionValues.doubles(golden.get("loss"));
    INDArray predicted = TorchvisionValues.array(golden.get("predicted"), expected.length, 4);
    INDArray target = TorchvisionValues.array(golden.get("target"), expected.length, 4);
    ComputationGraph graph = graph(1, 1);
    for (int i = 0; i < expected.length; i++) {
      double score = ofPlace(graph, 200, 1, predicted.getRow(i, true), target.getRow(i, true));
      assertEquals(expected[i], score - Math.log(2), 1e-5, "pair " + i);
    }
  }

  @Test
  void theGradientIsThatOfDifferences() {
    INDArray labels = labels();
    INDArray found = TinyGraph.random(4, labels.shape());
    // Distances are positive where a detector makes them.
    ComputationGraph graph = graph(labels.size(1), CLASSES);
    GraphGradients.param(graph, "norm_bias").addi(3);
    GraphGradients.check(
        graph, new MultiDataSet(new INDArray[] {found}, new INDArray[] {labels}), Set.of());
  }

  @Test
  void placesThatDoNotCountChangeNothing() {
    INDArray labels = labels();
    INDArray found = TorchvisionValues.array(GOLDEN.get("outputs"), labels.shape());
    int ignored = 100;
    for (int image = 0; image < labels.size(0); image++) {
      labels.putScalar(new int[] {image, ignored, NUMBERS - 1}, 0);
    }
    INDArray gradient = Nd4j.zeros(DataType.DOUBLE, found.shape());
    double before = score(found, labels, gradient);
    for (int i = 0; i < NUMBERS; i++) {
      assertEquals(0, gradient.getDouble(0, ignored, i));
      found.putScalar(new int[] {0, ignored, i}, 7);
    }
    assertEquals(before, score(found, labels, null));
  }

  @Test
  void aBatchWithoutObjectsHasAFiniteLossOfItsClassesAlone() {
    INDArray labels = Nd4j.zeros(DataType.FLOAT, 2, 5, NUMBERS);
    for (int i = 0; i < 10; i++) {
      labels.putScalar(new int[] {i / 5, i % 5, NUMBERS - 1}, 1);
    }
    INDArray found = TinyGraph.random(DataType.DOUBLE, 8, 2, 5, NUMBERS).muli(100);
    INDArray gradient = Nd4j.zeros(DataType.DOUBLE, found.shape());
    double score = score(found, labels.castTo(DataType.DOUBLE), gradient);
    assertTrue(score > 1 && score < 1e4, () -> "" + score);
    assertEquals(
        0,
        gradient
            .get(NDArrayIndex.all(), NDArrayIndex.all(), NDArrayIndex.interval(CLASSES, NUMBERS))
            .amaxNumber()
            .doubleValue());
  }

  @Test
  void labelsOfAnotherSizeAreRefused() {
    INDArray found = Nd4j.zeros(DataType.DOUBLE, 2, 5, NUMBERS);
    INDArray labels = Nd4j.zeros(DataType.DOUBLE, 2, 6, NUMBERS);
    String message =
        assertThrows(IllegalArgumentException.class, () -> score(found, labels, null)).getMessage();
    INDArray rows = Nd4j.zeros(DataType.DOUBLE, 5, NUMBERS);
    assertThrows(IllegalArgumentException.class, () -> score(rows, rows, null));
    assertTrue(message.contains("[2, 6, 8]") && message.contains("[2, 5, 8]"), message);
  }
}
