package org.flsl.examples.pretrain;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import org.flsl.training.StepMetrics;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MetricsCsvTest {
  @TempDir private Path folder;

  private Path write(int steps) throws IOException {
    Path file = folder.resolve("metrics.csv");
    try (MetricsCsv csv = MetricsCsv.open(file, 0)) {
      for (int step = 1; step <= steps; step++) {
        csv.append(step, 1, metrics(step / 3.0), step * 0.5);
      }
    }
    return file;
  }

  private static StepMetrics metrics(double loss) {
    return new StepMetrics(0, 0, loss, 0.4, 7.8, 0.1, 1e-6, 0.04, 0.996, 0.05, 1.5, 8.1, 4000, 0.7);
  }

  @Test
  void aRowPerStepUnderItsTitles() throws IOException {
    List<String> lines = Files.readAllLines(write(2));
    assertEquals(
        "step,epoch,total,intra,inter,volume,learning_rate,weight_decay,momentum,teacher_temperature,gradient_norm,"
            + "entropy,used_centroids,feature_spread,seconds",
        lines.get(0));
    assertEquals(
        "2,1,0.6666666666666666,0.4,7.8,0.1,1.0E-6,0.04,0.996,0.05,1.5,8.1,4000,0.7,1.0",
        lines.get(2));
    assertEquals(3, lines.size());
  }

  @Test
  void stepsAfterTheCheckpointAreCutOff() throws IOException {
    Path file = write(5);
    List<String> before = Files.readAllLines(file);
    try (MetricsCsv csv = MetricsCsv.open(file, 3)) {
      assertEquals(3, csv.earlier().size());
      assertEquals(3, csv.earlier().get(2).step());
      assertEquals(1.0, csv.earlier().get(2).terms().total());
      assertEquals(1.5, csv.earlier().get(2).seconds());
      csv.append(4, 1, metrics(4 / 3.0), 2);
      csv.append(5, 1, metrics(5 / 3.0), 2.5);
    }
    assertEquals(before, Files.readAllLines(file));
  }

  @Test
  void halfARowIsForgotten() throws IOException {
    Path file = write(2);
    List<String> whole = Files.readAllLines(file);
    Files.writeString(file, "3,1,0.33", StandardOpenOption.APPEND);
    try (MetricsCsv csv = MetricsCsv.open(file, 3)) {
      assertEquals(2, csv.earlier().size());
    }
    assertEquals(whole, Files.readAllLines(file));
  }

  @Test
  void numbersSurviveExactly() throws IOException {
    Path file = write(1);
    try (MetricsCsv csv = MetricsCsv.open(file, 1)) {
      assertTrue(csv.earlier().get(0).terms().total() == 1 / 3.0);
    }
  }
}
