package org.flsl.examples.run;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.flsl.examples.command.UserError;
import org.flsl.examples.pretrain.Pretraining;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MetricsCsvTest {
  @TempDir private Path folder;

  private Path write(int steps) throws IOException {
    Path file = folder.resolve("metrics.csv");
    try (MetricsCsv csv = MetricsCsv.open(file, Pretraining.KIND.columns(), 0)) {
      for (int step = 1; step <= steps; step++) {
        csv.append(step, 1, metrics(step / 3.0), step * 0.5);
      }
    }
    return file;
  }

  private static StepFigures metrics(double loss) {
    return new StepFigures(
        new Terms(loss, Map.of("intra", 0.4, "inter", 7.8, "volume", 0.1)),
        Map.of(
            "learning_rate", 1e-6,
            "weight_decay", 0.04,
            "momentum", 0.996,
            "teacher_temperature", 0.05,
            "gradient_norm", 1.5,
            "entropy", 8.1,
            "used_centroids", 4000,
            "feature_spread", 0.7),
        true);
  }

  @Test
  void aRowPerStepUnderItsTitles() throws IOException {
    List<String> lines = Files.readAllLines(write(2));
    assertEquals(
        "step,epoch,total,intra,inter,volume,contrast,learning_rate,weight_decay,momentum,teacher_temperature,gradient_norm,"
            + "entropy,used_centroids,feature_spread,seconds",
        lines.get(0));
    assertEquals(
        "2,1,0.6666666666666666,0.4,7.8,0.1,,1.0E-6,0.04,0.996,0.05,1.5,8.1,4000,0.7,1.0",
        lines.get(2));
    assertEquals(3, lines.size());
  }

  @Test
  void stepsAfterTheCheckpointAreCutOff() throws IOException {
    Path file = write(5);
    List<String> before = Files.readAllLines(file);
    try (MetricsCsv csv = MetricsCsv.open(file, Pretraining.KIND.columns(), 3)) {
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
    try (MetricsCsv csv = MetricsCsv.open(file, Pretraining.KIND.columns(), 3)) {
      assertEquals(2, csv.earlier().size());
    }
    assertEquals(whole, Files.readAllLines(file));
  }

  @Test
  void columnsOfAnotherVersionAreKnownByTheirNames() throws IOException {
    Path file = write(3);
    // One that this version does not know, in front, and none of one that it knows.
    List<String> others =
        Files.readAllLines(file).stream()
            .map(line -> line.replaceFirst("^step,", "new,step,").replaceFirst("^(\\d)", "n$1,$1"))
            .map(line -> line.replaceFirst(",feature_spread", "").replaceFirst(",0.7,", ","))
            .toList();
    Files.write(file, others);
    try (MetricsCsv csv = MetricsCsv.open(file, Pretraining.KIND.columns(), 2)) {
      assertEquals(2, csv.earlier().size());
      assertEquals(1.0, csv.earlier().get(1).seconds());
      csv.append(3, 1, metrics(1), 1.5);
    }
    List<String> lines = Files.readAllLines(file);
    assertTrue(lines.get(0).endsWith("feature_spread,seconds,new"), lines.get(0));
    assertTrue(lines.get(2).endsWith(",4000,,1.0,n2"), lines.get(2));
    assertTrue(lines.get(3).endsWith(",4000,0.7,1.5,"), lines.get(3));
    assertEquals(
        "[NaN, NaN, 0.7]",
        Arrays.toString(
            MetricsCsv.columns(file, Pretraining.KIND.columns()).get("feature_spread")));
    assertEquals(
        "[1.0, 2.0, 3.0]",
        Arrays.toString(MetricsCsv.columns(file, Pretraining.KIND.columns()).get("step")));
    try (MetricsCsv csv = MetricsCsv.open(file, Pretraining.KIND.columns(), 3)) {
      assertEquals(3, csv.earlier().size());
    }
    assertEquals(lines, Files.readAllLines(file), "once more changes nothing");
  }

  @Test
  void aFileWithoutTheTermsIsNotCut() throws IOException {
    Path file = Files.writeString(folder.resolve("metrics.csv"), "step,loss\n1,0.5\n");
    UserError error =
        assertThrows(UserError.class, () -> MetricsCsv.open(file, Pretraining.KIND.columns(), 1));
    assertTrue(error.getMessage().startsWith(file + " has no column total: "), error.getMessage());
    assertEquals("step,loss\n1,0.5\n", Files.readString(file));
  }

  @Test
  void anEmptyFileIsOneWithoutRows() throws IOException {
    Path file = Files.writeString(folder.resolve("metrics.csv"), "");
    try (MetricsCsv csv = MetricsCsv.open(file, Pretraining.KIND.columns(), 1)) {
      assertEquals(List.of(), csv.earlier());
    }
    assertEquals(1, Files.readAllLines(file).size());
  }

  @Test
  void numbersSurviveExactly() throws IOException {
    Path file = write(1);
    try (MetricsCsv csv = MetricsCsv.open(file, Pretraining.KIND.columns(), 1)) {
      assertTrue(csv.earlier().get(0).terms().total() == 1 / 3.0);
    }
  }
}
