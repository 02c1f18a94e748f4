package org.flsl.evaluation;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.stream.IntStream;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.flsl.schedules.CosineSchedule;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.learning.config.Adam;
import org.nd4j.linalg.lossfunctions.impl.LossMCXENT;

class SoftmaxRegressionTest {
  private static final int CLASSES = 4;
  private static final int STEPS = 25;

  @Test
  void takesTheStepsOfAnOutputLayerOfDl4j() {
    Nd4j.getRandom().setSeed(8);
    INDArray features = Nd4j.randn(DataType.FLOAT, 37, 6);
    int[] labels = IntStream.range(0, 37).map(i -> i * i % CLASSES).toArray();
    float[] importance = {1, 0.5f, 3, 0};
    INDArray targets = Nd4j.zeros(DataType.FLOAT, 37, CLASSES);
    for (int i = 0; i < labels.length; i++) {
      targets.putScalar(i, labels[i], 1);
    }
    Adam rule = new Adam(new CosineSchedule(0.1, 0, 0, STEPS));
    MultiLayerNetwork network = network(rule, importance);
    INDArray start = network.params().dup();
    SoftmaxRegression ours =
        new SoftmaxRegression(
            network.getParam("0_W").transpose(), network.getParam("0_b"), rule, labels.length);
    for (int step = 0; step < STEPS; step++) {
      network.fit(features, targets);
      ours.step(features, labels, importance, step);
    }
    assertTrue(network.params().distance2(start) > 1, "it has learned");
    near(network.getParam("0_W").transpose(), ours.weights());
    near(network.getParam("0_b"), ours.bias());
  }

  private static MultiLayerNetwork network(Adam rule, float[] importance) {
    INDArray weights = Nd4j.createFromArray(importance).reshape(1, CLASSES);
    MultiLayerNetwork network =
        new MultiLayerNetwork(
            new NeuralNetConfiguration.Builder()
                .seed(1)
                .updater(rule)
                .list()
                .layer(
                    new OutputLayer.Builder(new LossMCXENT(weights))
                        .nIn(6)
                        .nOut(CLASSES)
                        .activation(Activation.SOFTMAX)
                        .build())
                .build());
    network.init();
    return network;
  }

  private static void near(INDArray expected, INDArray actual) {
    double apart = expected.sub(actual).amaxNumber().doubleValue();
    assertTrue(apart < 1e-5, () -> "apart by " + apart);
  }
}
