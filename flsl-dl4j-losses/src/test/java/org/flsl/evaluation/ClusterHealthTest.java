package org.flsl.evaluation;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.flsl.schedules.Scheduled;
import org.flsl.training.FlslConfig;
import org.flsl.training.TinyFlsl;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.dataset.MultiDataSet;

class ClusterHealthTest {
  private static final List<MultiDataSet> VIEWS =
      List.of(
          TinyFlsl.batch(DataType.FLOAT, 1, 3, false), TinyFlsl.batch(DataType.FLOAT, 2, 2, false));

  private static ClusterHealth health(double tau, double teacherTemperature) {
    FlslConfig config =
        TinyFlsl.config(DataType.FLOAT)
            .tauSelf(Scheduled.constant(tau))
            .tauCross(Scheduled.constant(tau))
            .teacherTemperatureStart(teacherTemperature)
            .teacherTemperatureEnd(teacherTemperature)
            .build();
    return ClusterHealth.of(TinyFlsl.flsl(config).build().init(), VIEWS);
  }

  @Test
  void weakTemperaturesGiveUniformAttentionAndAssignments() {
    ClusterHealth health = health(1e-9, 1e9);
    assertEquals(1, health.selfAttentionEntropy(), 1e-4);
    assertEquals(1, health.crossAttentionEntropy(), 1e-4);
    assertEquals(Math.log(5), health.queryEntropy(), 1e-4);
    assertEquals(Math.log(5), health.meanAssignmentEntropy(), 1e-4);
  }

  @Test
  void strongTemperaturesPickOne() {
    ClusterHealth health = health(1e5, 1e-6);
    assertEquals(
        0, health.selfAttentionEntropy(), 1e-3, "every query is one of the student's tokens");
    assertEquals(0, health.crossAttentionEntropy(), 0.05);
    assertEquals(0, health.queryEntropy(), 0.05);
    assertEquals(5, health.centroids());
    assertTrue(health.usedCentroids() >= 1 && health.usedCentroids() <= 5);
    assertTrue(health.meanAssignmentEntropy() <= Math.log(health.usedCentroids()) + 1e-3);
  }

  @Test
  void refusesBackbones() {
    String message =
        assertThrows(
                IllegalArgumentException.class, () -> ClusterHealth.of(FeaturesTest.vit(), VIEWS))
            .getMessage();
    assertTrue(message.contains("expected a training graph"), message);
  }
}
