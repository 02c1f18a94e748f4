package org.flsl.losses.dense;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Random;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.ConvolutionLayer;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.flsl.layers.TinyGraph;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.factory.Nd4j;

/** The loss of pixels against its formula, computed the long way. */
class PixelCrossEntropyTest {
  private static final int CLASSES = 4;
  private static final int SIDE = 3;

  /** A 1 x 1 convolution, whose parameters are the only way to the scores. */
  private static ComputationGraph graph(PixelCrossEntropy loss) {
    return TinyGraph.of(
        DataType.DOUBLE,
        b ->
            b.addInputs("in")
                .addLayer(
                    "scores",
                    new ConvolutionLayer.Builder(1, 1)
                        .nIn(2)
                        .nOut(CLASSES)
                        .activation(Activation.IDENTITY)
                        .build(),
                    "in")
                .addLayer("loss", loss, "scores")
                .setOutputs("loss")
                .setInputTypes(InputType.convolutional(SIDE, SIDE, 2)));
  }

  private static INDArray labels(long seed, int batch) {
    INDArray labels = Nd4j.create(DataType.DOUBLE, batch, SIDE, SIDE);
    Random random = new Random(seed);
    for (long i = 0; i < labels.length(); i++) {
      labels.putScalar(i, random.nextInt(CLASSES + 1) - 1);
    }
    return labels;
  }

  private static double expected(INDArray scores, INDArray labels, double... weights) {
    double sum = 0;
    double total = 0;
    for (int b = 0; b < labels.size(0); b++) {
      for (int y = 0; y < SIDE; y++) {
        for (int x = 0; x < SIDE; x++) {
          int label = (int) labels.getDouble(b, y, x);
          if (label != PixelCrossEntropy.IGNORED) {
            double exp = 0;
            for (int k = 0; k < CLASSES; k++) {
              exp += Math.exp(scores.getDouble(b, k, y, x));
            }
            sum += weights[label] * (Math.log(exp) - scores.getDouble(b, label, y, x));
            total += weights[label];
          }
        }
      }
    }
    return sum / total;
  }

  @Test
  void isTheMeanOverPixelsThatCount() {
    double[] weights = {0.5, 2, 0, 1.25};
    for (boolean weighted : new boolean[] {false, true}) {
      ComputationGraph graph =
          graph(weighted ? PixelCrossEntropy.weighted(weights) : PixelCrossEntropy.of(CLASSES));
      INDArray image = TinyGraph.random(3, 2, 2, SIDE, SIDE);
      INDArray labels = labels(5, 2);
      double score = graph.score(new DataSet(image, labels));
      INDArray scores = graph.outputSingle(image);
      double wanted = expected(scores, labels, weighted ? weights : new double[] {1, 1, 1, 1});
      assertEquals(wanted, score, 1e-12);
      // The score of a training step is that before its update.
      graph.fit(new DataSet(image, labels));
      assertEquals(wanted, graph.score(), 1e-12);
      assertTrue(graph.score(new DataSet(image, labels)) < score);
    }
  }

  @Test
  void whatDoesNotCountTeachesNothing() {
    ComputationGraph graph = graph(PixelCrossEntropy.of(CLASSES));
    INDArray image = TinyGraph.random(3, 1, 2, SIDE, SIDE);
    INDArray before = graph.params().dup();
    graph.fit(new DataSet(image, Nd4j.valueArrayOf(new long[] {1, SIDE, SIDE}, -1.0)));
    assertEquals(0, graph.score());
    assertArrayEquals(before.toDoubleVector(), graph.params().toDoubleVector());
  }

  @Test
  void scoresFarApartStayFinite() {
    ComputationGraph graph = graph(PixelCrossEntropy.of(CLASSES));
    INDArray image = TinyGraph.random(3, 1, 2, SIDE, SIDE).muli(1e5);
    graph.fit(new DataSet(image, labels(1, 1)));
    assertTrue(Double.isFinite(graph.score()));
    assertTrue(Double.isFinite(graph.params().sumNumber().doubleValue()));
  }

  @Test
  void refusesWhatIsNoLabel() {
    ComputationGraph graph = graph(PixelCrossEntropy.of(CLASSES));
    INDArray image = TinyGraph.random(3, 1, 2, SIDE, SIDE);
    for (double wrong : new double[] {CLASSES, -2, Double.NaN, 255, 1.5}) {
      INDArray labels = labels(1, 1).putScalar(3, wrong);
      String error =
          assertThrows(IllegalArgumentException.class, () -> graph.fit(new DataSet(image, labels)))
              .getMessage();
      assertTrue(
          error.startsWith("loss: labels must be the numbers of 4 classes, 0 to 3, or -1"), error);
    }
    String error =
        assertThrows(
                IllegalArgumentException.class,
                () -> graph.fit(new DataSet(image, Nd4j.zeros(DataType.DOUBLE, 1, 1, SIDE, SIDE))))
            .getMessage();
    assertEquals(
        "loss: labels [1, 1, 3, 3] and scores [1, 4, 3, 3] do not fit, expected [batch, height,"
            + " width] and [batch, 4, height, width]",
        error);
  }

  @Test
  void settingsSurviveJson() {
    for (PixelCrossEntropy loss :
        new PixelCrossEntropy[] {
          PixelCrossEntropy.of(CLASSES), PixelCrossEntropy.weighted(1, 2, 3, 4)
        }) {
      ComputationGraphConfiguration configuration = graph(loss).getConfiguration();
      ComputationGraphConfiguration back =
          ComputationGraphConfiguration.fromJson(configuration.toJson());
      assertEquals(configuration, back);
      assertEquals(configuration.toJson(), back.toJson());
    }
    assertThrows(IllegalArgumentException.class, () -> PixelCrossEntropy.of(1));
    assertThrows(IllegalArgumentException.class, () -> PixelCrossEntropy.weighted(1, -1));
    String nothing =
        assertThrows(IllegalArgumentException.class, () -> PixelCrossEntropy.weighted(0, 0))
            .getMessage();
    assertTrue(nothing.endsWith("one weight must be above 0, got [0.0, 0.0]"), nothing);
    String none =
        assertThrows(IllegalArgumentException.class, PixelCrossEntropy::weighted).getMessage();
    assertTrue(none.endsWith("at least two classes are needed, got 0"), none);
  }
}
