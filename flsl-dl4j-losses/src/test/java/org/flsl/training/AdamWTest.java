package org.flsl.training;

import static org.flsl.layers.Messages.assertRefused;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.flsl.schedules.CosineSchedule;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.learning.GradientUpdater;
import org.nd4j.linalg.learning.config.Adam;
import org.nd4j.linalg.learning.config.IUpdater;
import org.nd4j.linalg.schedule.FixedSchedule;
import org.nd4j.linalg.schedule.ISchedule;

class AdamWTest {
  private static final int SIZE = 6;
  private static final ISchedule RATE = new CosineSchedule(0.1, 0.001, 2, 10);

  /** Adam as in its paper and in PyTorch. */
  private static final class Reference {
    final double[] m = new double[SIZE];
    final double[] v = new double[SIZE];
    int t;

    double[] update(double[] g, double rate, double b1, double b2, double eps) {
      t++;
      double[] update = new double[SIZE];
      for (int i = 0; i < SIZE; i++) {
        m[i] = b1 * m[i] + (1 - b1) * g[i];
        v[i] = b2 * v[i] + (1 - b2) * g[i] * g[i];
        double mHat = m[i] / (1 - Math.pow(b1, t));
        double vHat = v[i] / (1 - Math.pow(b2, t));
        update[i] = rate * mHat / (Math.sqrt(vHat) + eps);
      }
      return update;
    }
  }

  private static INDArray gradient(int step) {
    return TinyFlsl.random(DataType.DOUBLE, 100 + step, 1, SIZE).muli(0.01);
  }

  private static GradientUpdater<?> updater(IUpdater config, INDArray state) {
    return config.instantiate(state, true);
  }

  private static INDArray state() {
    return Nd4j.create(DataType.DOUBLE, 1, 2 * SIZE);
  }

  @Test
  void updatesAreTheFormulasWithEpsOutsideTheCorrection() {
    Reference reference = new Reference();
    GradientUpdater<?> updater = updater(new AdamW(RATE, 0.8, 0.95, 1e-2, 0), state());
    for (int step = 0; step < 8; step++) {
      INDArray gradient = gradient(step);
      double[] expected =
          reference.update(gradient.toDoubleVector(), RATE.valueAt(step, 0), 0.8, 0.95, 1e-2);
      updater.applyUpdater(gradient, step, 0);
      for (int i = 0; i < SIZE; i++) {
        assertEquals(expected[i], gradient.getDouble(i), 1e-12, "step " + step);
      }
    }
  }

  @Test
  void nd4jsAdamDiffersWhereEpsMatters() {
    INDArray ours = gradient(0);
    INDArray theirs = gradient(0);
    updater(new AdamW(new FixedSchedule(0.1), 0.9, 0.999, 1e-2, 0), state())
        .applyUpdater(ours, 0, 0);
    updater(Adam.builder().learningRate(0.1).beta1(0.9).beta2(0.999).epsilon(1e-2).build(), state())
        .applyUpdater(theirs, 0, 0);
    double difference = ours.sub(theirs).amaxNumber().doubleValue();
    assertTrue(difference > 0.1 * ours.amaxNumber().doubleValue(), "difference " + difference);
  }

  @Test
  void settingsOutOfRangeAreRefused() {
    assertRefused(() -> new AdamW(RATE, 1, 0.9, 1e-8, 0), "beta1", "[0, 1)", "1.0 and 0.9");
    assertRefused(() -> new AdamW(RATE, 0.9, Double.NaN, 1e-8, 0), "beta2", "0.9 and NaN");
    assertRefused(() -> new AdamW(RATE, 0.9, 0.9, -1, 0), "eps", "-1.0");
    assertRefused(() -> new AdamW(RATE).startingAt(-1), "first iteration", "-1");
  }

  @Test
  void defaultsAreThePapers() {
    assertEquals(new AdamW(RATE), new AdamW(RATE, 0.9, 0.999, 1e-8, 0));
  }

  @Test
  void beforeItsFirstIterationNothingMoves() {
    INDArray state = state();
    AdamW late = new AdamW(new FixedSchedule(0.1)).startingAt(3);
    GradientUpdater<?> updater = updater(late, state);
    for (int step = 0; step < 3; step++) {
      INDArray gradient = gradient(step);
      updater.applyUpdater(gradient, step, 0);
      assertEquals(0, gradient.amaxNumber().doubleValue());
      assertEquals(0, state.amaxNumber().doubleValue());
      assertEquals(0, late.getLearningRate(step, 0), "weight decay would go on");
    }
    assertEquals(0.1, late.getLearningRate(3, 0));
  }

  @Test
  void fromItsFirstIterationItIsLikeNew() {
    GradientUpdater<?> late = updater(new AdamW(new FixedSchedule(0.1)).startingAt(3), state());
    GradientUpdater<?> fresh = updater(new AdamW(new FixedSchedule(0.1)), state());
    for (int step = 0; step < 4; step++) {
      INDArray a = gradient(step);
      INDArray b = gradient(step);
      late.applyUpdater(a, 3 + step, 0);
      fresh.applyUpdater(b, step, 0);
      assertEquals(b, a);
      assertNotEquals(0, a.amaxNumber().doubleValue());
    }
  }

  @Test
  void cloneIsEqualAndSettingsCount() {
    AdamW adam = new AdamW(RATE, 0.8, 0.95, 1e-2, 4);
    assertEquals(adam, adam.clone());
    assertEquals(adam.hashCode(), adam.clone().hashCode());
    assertNotEquals(adam, adam.startingAt(5));
    assertNotEquals(adam, new AdamW(RATE, 0.8, 0.95, 1e-3, 4));
    assertEquals(2 * 7, adam.stateSize(7));
    assertThrows(UnsupportedOperationException.class, () -> adam.setLrAndSchedule(1, null));
  }
}
