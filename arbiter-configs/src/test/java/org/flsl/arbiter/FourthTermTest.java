package org.flsl.arbiter;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.flsl.examples.Main;
import org.flsl.examples.command.NativeThreads;
import org.flsl.examples.command.Terminal;
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

  /** Help, a training and a sweep, in a process that has the term from its start. */
  static final class Commands {
    private static void run(String... arguments) {
      int exit = Main.run(Terminal.system(), NativeThreads.environment(Map.of(), "2"), arguments);
      if (exit != 0) {
        System.exit(exit);
      }
    }

    public static void main(String[] files) {
      run("pretrain", "--help");
      run("pretrain", "--config", files[0], "--accumulate=2", "--out", files[1]);
      run("sweep", files[2], "--out", files[3]);
    }
  }

  @TempDir private Path folder;

  private String commands(Object... files) throws IOException, InterruptedException {
    Path services = Files.createDirectories(folder.resolve("plugin/META-INF/services"));
    Files.writeString(services.resolve(LossTerm.class.getName()), Surprise.class.getName() + "\n");
    Path output = folder.resolve("output.txt");
    String classPath =
        System.getProperty("java.class.path") + File.pathSeparator + folder.resolve("plugin");
    ProcessBuilder builder =
        new ProcessBuilder(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-cp",
            classPath,
            Commands.class.getName());
    for (Object file : files) {
      builder.command().add(file.toString());
    }
    Process process = builder.redirectErrorStream(true).redirectOutput(output.toFile()).start();
    boolean ended = process.waitFor(TinySweep.PATIENCE_SECONDS, TimeUnit.SECONDS);
    process.destroyForcibly();
    String said = Files.readString(output);
    assertTrue(ended && process.exitValue() == 0, said);
    return said;
  }

  @Test
  void isInHelpFilesMetricsReportAndSweeps() throws IOException, InterruptedException {
    Path sweep =
        TinySweep.file(folder, "search: grid\nbudget: 6 steps", "sigma: {values: [0.1, 0.3]}");
    String settings = TinySweep.SETTINGS.replaceFirst("settings:\n", "").replace("  ", "");
    Path recipe =
        Files.writeString(
            folder.resolve("recipe.yaml"),
            settings + "images: '" + folder.resolve("photos") + "'\nsigma: 0.5\n");
    Path run = folder.resolve("run");
    Path swept = folder.resolve("swept");

    String said = commands(recipe, run, sweep, swept);

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
        List.of("total", "intra", "inter", "volume", "surprise", "learning_rate"),
        columns.subList(2, 8));
    assertEquals(11, lines.size(), "two epochs of five steps");
    for (String line : lines.subList(1, lines.size())) {
      Map<String, Double> row = new HashMap<>();
      String[] fields = line.split(",");
      columns.forEach(name -> row.put(name, Double.valueOf(fields[columns.indexOf(name)])));
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
