package org.flsl.evaluation;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.shade.jackson.databind.JsonNode;

class LinearProbeTest {

  @Test
  void endsWhereLogisticRegressionEnds() {
    JsonNode golden = Golden.of("linear");
    INDArray tokens = Golden.array(golden.get("tokens"));
    LabelledTokens known = new LabelledTokens(tokens, Golden.ints(golden.get("labels")), 3);
    LinearProbe probe = LinearProbe.training().steps(3000).learningRate(0.1).fit(known);
    double[][] expected = Golden.matrix(golden.get("scores"));
    float[] scores = probe.scores(tokens);
    for (int i = 0; i < expected.length; i++) {
      for (int label = 0; label < 3; label++) {
        assertEquals(expected[i][label], scores[i * 3 + label], 0.01);
      }
    }
  }

  @Test
  void anInfiniteLearningRateIsRefused() {
    LinearProbe.Training training = LinearProbe.training();
    assertThrows(
        IllegalArgumentException.class, () -> training.learningRate(Double.POSITIVE_INFINITY));
  }

  @Test
  void theSeedDecides() {
    Nd4j.getRandom().setSeed(2);
    INDArray tokens = Nd4j.randn(DataType.FLOAT, 50, 4);
    int[] labels = new int[50];
    labels[3] = 1;
    LabelledTokens known = new LabelledTokens(tokens, labels, 2);
    LinearProbe.Training training = LinearProbe.training().steps(5).batch(10).seed(4);
    assertArrayEquals(training.fit(known).scores(tokens), training.fit(known).scores(tokens));
  }

  /** 5 of 100 vectors are of class 1, which lies in the midst of class 0. */
  @Test
  void balancedClassesWeighAlike() {
    float[][] values = new float[100][1];
    int[] labels = new int[100];
    for (int i = 0; i < 100; i++) {
      values[i][0] = i % 20 - 10;
      labels[i] = i % 20 == 10 ? 1 : 0;
    }
    LabelledTokens known = new LabelledTokens(Nd4j.createFromArray(values), labels, 2);
    LinearProbe.Training training = LinearProbe.training().steps(300).learningRate(0.05);
    INDArray middle = Nd4j.createFromArray(new float[][] {{0}});
    float plain = training.fit(known).scores(middle)[1];
    float balanced = training.balanced(true).fit(known).scores(middle)[1];
    assertTrue(plain < 0.1, "plain: " + plain);
    assertEquals(0.5, balanced, 0.1);
  }

  @Test
  void aSettingGivesAnotherTrainingAndLeavesTheFirstAlone() {
    LinearProbe.Training usual = LinearProbe.training();
    LinearProbe.Training other = usual.seed(7).steps(3).batch(2).balanced(true).learningRate(0.1);
    assertEquals(LinearProbe.training(), usual);
    assertEquals(new LinearProbe.Training(3, 2, 0.1, true, 7), other);
  }
}
