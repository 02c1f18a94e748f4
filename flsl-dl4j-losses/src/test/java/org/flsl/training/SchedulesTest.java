package org.flsl.training;

import static org.flsl.layers.Messages.assertRefused;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.flsl.layers.Published;
import org.flsl.schedules.CosineSchedule;
import org.flsl.schedules.RampSchedule;
import org.flsl.schedules.ScaledSchedule;
import org.flsl.schedules.Scheduled;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.schedule.FixedSchedule;
import org.nd4j.linalg.schedule.ISchedule;

/** Values that change over a training. */
class SchedulesTest {

  private static FlslConfig config(int epochs, int iterations) {
    return FlslConfig.builder()
        .epochs(epochs)
        .iterationsPerEpoch(iterations)
        .batchSize(512)
        .build();
  }

  private static void assertSchedule(String name, ISchedule schedule, int every) {
    INDArray expected = Published.array(name);
    for (int i = 0; i < expected.length(); i++) {
      assertEquals(expected.getDouble(i), schedule.valueAt(i * every, 0), 1e-12, name + " " + i);
    }
  }

  @Test
  void learningRateIsThePublishedOne() {
    assertSchedule("schedule_lr_300x10", config(300, 10).learningRateSchedule(), 1);
  }

  @Test
  void momentumIsThePublishedOne() {
    assertSchedule("schedule_momentum_100x7", config(100, 7).momentumSchedule(), 1);
  }

  @Test
  void teacherTemperatureIsThePublishedOne() {
    assertSchedule("schedule_teacher_temp", config(300, 10).teacherTemperatureSchedule(), 10);
    ISchedule schedule = config(300, 10).teacherTemperatureSchedule();
    assertEquals(schedule.valueAt(50, 0), schedule.valueAt(59, 0));
    assertNotEquals(schedule.valueAt(59, 0), schedule.valueAt(60, 0));
  }

  @Test
  void warmupRunsFromZeroToTheStart() {
    CosineSchedule schedule = new CosineSchedule(2, 1, 4, 12);
    assertEquals(0, schedule.valueAt(0, 0));
    assertEquals(2, schedule.valueAt(3, 0));
    assertEquals(2, schedule.valueAt(4, 0));
    assertEquals(1.5, schedule.valueAt(8, 0), 1e-12);
  }

  @Test
  void endsAreFinite() {
    for (CosineSchedule schedule :
        new CosineSchedule[] {
          new CosineSchedule(2, 1, 0, 1),
          new CosineSchedule(2, 1, 1, 1),
          new CosineSchedule(2, 1, 5, 5),
          new CosineSchedule(2, 1, 1, 3)
        }) {
      for (int i = 0; i < 8; i++) {
        double value = schedule.valueAt(i, 0);
        assertTrue(value >= 0 && value <= 2, "value " + value);
      }
      assertEquals(schedule.valueAt(8, 0), schedule.valueAt(1000, 0), "it stays at the end");
    }
  }

  @Test
  void rampEndsAreTheirValues() {
    RampSchedule ramp = new RampSchedule(0.04, 0.07, 4, 10);
    assertEquals(0.04, ramp.valueAt(9, 0));
    assertEquals(0.05, ramp.valueAt(10, 0), 1e-12);
    assertEquals(0.07, ramp.valueAt(39, 0), 1e-12);
    assertEquals(0.07, ramp.valueAt(40, 0));
    assertEquals(0.07, new RampSchedule(0.04, 0.07, 0, 10).valueAt(0, 0));
    assertEquals(0.04, new RampSchedule(0.04, 0.07, 1, 10).valueAt(5, 0));
    assertEquals(0.07, new RampSchedule(0.04, 0.07, 1, 10).valueAt(10, 0));
  }

  @Test
  void aConstantIsFixedAndACosineRunsFromStartToEnd() {
    assertEquals(new FixedSchedule(3), Scheduled.constant(3).over(10));
    assertTrue(Scheduled.constant(3).isConstant());
    ISchedule cosine = Scheduled.cosine(2, 4).over(10);
    assertEquals(2, cosine.valueAt(0, 0));
    assertEquals(3, cosine.valueAt(5, 0), 1e-12);
    assertEquals("2.0 -> 4.0", Scheduled.cosine(2, 4).toString());
    assertEquals("3.0", Scheduled.constant(3).toString());
  }

  @Test
  void warmupCountsWholeEpochs() {
    FlslConfig config = config(100, 7).toBuilder().warmupFraction(0.29).build();
    // 0.29 * 100 is 28.999999999999996 in floating point.
    assertEquals(1e-3, config.learningRateSchedule().valueAt(29 * 7 - 1, 0), 1e-12);
    assertTrue(config.learningRateSchedule().valueAt(28 * 7 - 1, 0) < 0.97e-3);
  }

  @ParameterizedTest
  @CsvSource({"300, 10", "18, 10", "10, 7", "10, 1"})
  void tenEpochsAndMoreAreAsPublished(int epochs, int iterations) {
    FlslConfig config = config(epochs, iterations);
    assertEquals(epochs / 10 * iterations, config.warmupIterations());
    assertEquals(iterations, config.frozenPrototypeIterations());
    assertEquals(new RampSchedule(0.04, 0.07, 30, iterations), config.teacherTemperatureSchedule());
  }

  @ParameterizedTest
  @CsvSource({"1, 100, 10", "1, 40, 4", "9, 100, 90", "3, 7, 2", "1, 5, 0", "1, 1, 0"})
  void shorterTrainingsBeginWithATenth(int epochs, int iterations, int tenth) {
    FlslConfig config = config(epochs, iterations);
    assertEquals(tenth, config.warmupIterations());
    assertEquals(tenth, config.frozenPrototypeIterations());
    ISchedule temperature = config.teacherTemperatureSchedule();
    assertEquals(0.04, temperature.valueAt(0, 0));
    assertEquals(
        0.04 + 0.03 * 9 / 29, temperature.valueAt(9 * Math.max(1, tenth), 0), 1e-12, "the last");
  }

  @Test
  void aShareOfLessThanAnEpochIsNotLost() {
    FlslConfig config = config(18, 100).toBuilder().warmupFraction(0.05).build();
    assertEquals(90, config.warmupIterations());
    assertEquals(100, config.frozenPrototypeIterations());
    assertEquals(0, config.toBuilder().warmupFraction(0).build().warmupIterations());
  }

  /** As the paper's code would do it: a warm-up of whole epochs says that epochs are meant. */
  @Test
  void epochsCountWhereTheWarmupFillsOne() {
    FlslConfig config = config(4, 10).toBuilder().warmupFraction(0.3).build();
    assertEquals(10, config.warmupIterations());
    assertEquals(10, config.frozenPrototypeIterations());
  }

  @Test
  void impossibleSchedulesAreRefused() {
    assertRefused(() -> new CosineSchedule(1, 0, 5, 4), "warm-up of 5", "4 iterations");
    assertRefused(() -> new CosineSchedule(1, 0, 0), "0 iterations");
    assertRefused(() -> new RampSchedule(1, 0, -1, 4), "-1 epochs");
    assertRefused(() -> Scheduled.constant(Double.NaN), "finite", "NaN");
    assertRefused(() -> new CosineSchedule(Double.NaN, 0, 4), "finite", "NaN to 0.0");
    assertRefused(
        () -> new CosineSchedule(1, Double.NEGATIVE_INFINITY, 4), "finite", "1.0 to -Infinity");
    assertRefused(() -> new RampSchedule(0, Double.NaN, 2, 4), "finite", "0.0 to NaN");
    assertRefused(
        () -> new ScaledSchedule(new FixedSchedule(1), Double.NaN), "factor", "finite", "NaN");
  }

  @Test
  void schedulesSurviveJsonAndClone() {
    ISchedule[] schedules = {new CosineSchedule(2, 1, 4, 12), new RampSchedule(1, 2, 3, 4)};
    for (ISchedule schedule : schedules) {
      assertEquals(schedule, schedule.clone());
      assertEquals(schedule.hashCode(), schedule.clone().hashCode());
    }
    assertNotEquals(new CosineSchedule(2, 1, 4, 12), new CosineSchedule(2, 1, 4, 13));
    assertNotEquals(new RampSchedule(1, 2, 3, 4), new RampSchedule(1, 2, 4, 4));
    var conf = TinyFlsl.flsl(DataType.FLOAT).configuration();
    assertEquals(conf, ComputationGraphConfiguration.fromJson(conf.toJson()));
  }
}
