package org.flsl.arbiter;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.flsl.losses.LossTerm;
import org.flsl.losses.TermInputs;
import org.flsl.schedules.Scheduled;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.nd4j.autodiff.samediff.SDVariable;

/** A term that somebody adds is one class: everything else finds it on the class path. */
class FourthTermTest {
  private static final String MEANING = "How unlikely a centroid is, with 32 of them.";

  /** How unlikely a centroid is to a query, in the mean. */
  public static final class Surprise extends LossTerm {
    public Surprise() {
      super("surprise", "sigma", Scheduled.cosine(0.02, 0.01), "the surprise of a centroid");
    }

    @Override
    public String meaning(int centroids) {
      return "How unlikely a centroid is, with %d of them.".formatted(centroids);
    }

    @Override
    public SDVariable define(TermInputs inputs) {
      return inputs.logAssignment().mean().neg();
    }
  }

  @TempDir private Path folder;

  @Test
  void isInHelpFilesMetricsReportAndSweeps() throws IOException, InterruptedException {
    Path sweep =
        TinySweep.file(folder, "search: grid\nbudget: 6 steps", "sigma: {values: [0.1, 0.3]}");
    Path recipe = TinySweep.recipe(folder, "sigma: 0.5\n");
    Path run = folder.resolve("run");
    Path swept = folder.resolve("swept");

    String said =
        new Plugin(folder)
            .offering(LossTerm.class, Surprise.class)
            .run(
                List.of("pretrain", "--help"),
                List.of("pretrain", "--config", recipe, "--accumulate=2", "--out", run),
                List.of("sweep", sweep, "--out", swept));

    assertTrue(said.contains("--sigma=A..B"), said);
    assertTrue(
        said.replaceAll("\\s+", " ").contains("Weight of the surprise of a centroid; A..B"), said);
    assertTrue(said.replaceAll("\\s+", " ").contains("Default: 0.02..0.01"), said);
    assertTrue(said.matches("(?s).*epoch 1/2  loss .*volume [.\\d]+  surprise [.\\d]+  .*"), said);
    assertTrue(Files.readString(run.resolve("config.yaml")).contains("sigma: 0.5"));
    assertTrue(Files.readString(run.resolve("report.html")).contains(MEANING));
    assertTotals(Files.readAllLines(run.resolve("metrics.csv")));
    String best = Files.readString(swept.resolve("best.yaml"));
    assertTrue(best.contains("sigma: 0.1") || best.contains("sigma: 0.3"), best);
  }

  private static void assertTotals(List<String> lines) {
    List<String> columns = List.of(lines.get(0).split(","));
    assertEquals(
        List.of("total", "intra", "inter", "volume", "contrast", "surprise", "learning_rate"),
        columns.subList(2, 9));
    assertEquals(11, lines.size(), "two epochs of five steps");
    for (String line : lines.subList(1, lines.size())) {
      Map<String, Double> row = new HashMap<>();
      String[] fields = line.split(",");
      columns.stream()
          .filter(name -> !name.equals("contrast"))
          .forEach(name -> row.put(name, Double.valueOf(fields[columns.indexOf(name)])));
      assertEquals("", fields[columns.indexOf("contrast")], "nobody chose this one");
      assertTrue(row.get("surprise") > 0, line);
      assertEquals(
          0.03 * row.get("intra")
              + row.get("inter")
              + 5 * row.get("volume")
              + 0.5 * row.get("surprise"),
          row.get("total"),
          1e-4,
          line);
    }
  }
}
